"""How much a text looks like writing when read in a character set: in another one its bytes are rubbish."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from surveys.core.reading.undecodable import bytes_kept, marked

MOST_TEXTS, MOST_LETTERS = 300, 80  # texts that are looked at, and characters beyond ASCII of each
UTF8 = 3.0  # what is UTF-8 by its shape is hardly anything else; other sets reach 2
_RARE = 0.25  # what a character counts that the set has and its language seldom uses
_ODD = 0.4  # what a capital counts behind a small letter

_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多"
    "天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身"
    "些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门"
    "相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市性别龄岁男户婚住区村城省县职收福您否选择"
    "答满态社参活育务单址姓离已未初级专科研究"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多"
    "天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身"
    "些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門"
    "相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市性別齡歲男戶婚住區村城省縣職收福您否選擇"
    "答滿態社參活育務單址姓離未初級專科研究臺灣"
)
_JAPANESE = frozenset(
    "日一人年大国本中出会行生学上下性別男女歳前後月時分東京都県市区町村名回答無有者方何今私年齢職業"
)
_KOREAN = frozenset(
    "이다는을를의에가고하지도사기로인은들그한어서나자시라리있아일대여성별남연령구정부전해주수보모무원상없만제것과장"
    "학생동조미국세요음습니까직업교육혼결소득"
)
_MARKS = frozenset("“”‘’«»„‚‹›…–—•·¿¡€£¥§©®™±×°ºª²³½¼¾´`\u00a0")
_NO_BREAK = "\u00a0"
_INSIDE = frozenset("·´`’–—" + _NO_BREAK)  # marks that stand between two letters
_BESIDE = frozenset("“”‘’«»…–—·¿¡" + _NO_BREAK)  # what stands beside a mark, other than ASCII


class _Letters(NamedTuple):
    """What the languages of a set of single bytes write: their letters, and runs of accented ones."""

    typical: frozenset[str]
    run: int = 2  # letters of the Latin script side by side that are not ASCII


_COMMON = _Letters(frozenset("éèêëàâäáãåæçíîïóôöõøúùûüñßœ" + "оеаинтсрвлкмдпуяыьгзбчй"))
_LETTERS: Mapping[str, _Letters] = {
    "cp1250": _Letters(frozenset("ąćęłńóśźż" + "áčďéěíňřšťúůýž" + "äöőüű" + "âăîşţ" + "đľĺô"), run=3),
    "cp1253": _Letters(frozenset("αάγδεέηήθιίκλμνοόπρστυύωώς")),
    "cp1254": _Letters(frozenset("çğıİöşüâî"), run=5),  # “ışığı”
}
NARROW = tuple(_LETTERS)  # sets of single bytes whose languages windows-1252 has no letters for
_Fit = tuple[float, float]  # (how well a character fits, 1 where it is among the common ones)


def _of_wide(core: str, levels: Mapping[range, float], common: frozenset[str]) -> Callable[[str], _Fit]:
    """How a character fits that ``core`` writes in two bytes; ``levels`` are ranges of the first."""

    @lru_cache(maxsize=4096)
    def fit(letter: str) -> _Fit:
        try:
            raw = letter.encode(core)
        except UnicodeEncodeError:
            return 0.0, 0.0
        share = next((share for first, share in levels.items() if raw[0] in first), 0.0) if raw[1:] else _RARE
        return share, float(letter in common or (_is_kana(letter) and core == "shift_jis" and len(raw) > 1))

    return fit


def _is_kana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u30fc"


_FITS: Mapping[str, Callable[[str], _Fit]] = {
    "gb18030": _of_wide(
        "gb2312",
        {range(0xA1, 0xA2): 1, range(0xA3, 0xA4): 1, range(0xB0, 0xD8): 1, range(0xD8, 0xF8): _RARE},
        _SIMPLIFIED,
    ),
    "big5": _of_wide("big5", {range(0xA1, 0xC7): 1, range(0xC9, 0xFA): _RARE}, _TRADITIONAL),
    "cp932": _of_wide(
        "shift_jis", {range(0x81, 0x84): 1, range(0x88, 0x99): 1, range(0x99, 0xEB): _RARE}, _JAPANESE
    ),
    "cp949": _of_wide(
        "euc_kr",
        {range(0xA1, 0xA2): 1, range(0xA3, 0xA4): 1, range(0xB0, 0xC9): 1, range(0xCA, 0xFE): _RARE},
        _KOREAN,
    ),
}
WIDE = tuple(_FITS)  # sets that write most characters in two bytes


def plausibility(texts: Sequence[bytes], codec: str) -> float:
    """0 for rubbish to 2 for writing, 3 where it is UTF-8; less by the texts that do not decode whole."""
    looked_at = [marked(text, codec) for text in texts[:MOST_TEXTS]]
    whole = [text for text in looked_at if not bytes_kept(text)]
    if not whole:
        return 0.0
    share = len(whole) / len(looked_at)
    if codec == "utf-8":
        return UTF8 * share
    fits = [one for text in whole for one in _fits(text, codec)]
    if not fits:
        return 0.0
    core = sum(fit for fit, _ in fits) / len(fits)
    common = sum(one for _, one in fits) / len(fits)
    return (core + min(1.0, common * (3 if codec in WIDE else 1))) * share  # the common are fewer there


def western(texts: Sequence[bytes]) -> float:
    """How many of the characters beyond ASCII stand in windows-1252 where writing has them, 0 to 1."""
    fits = [fit for text in texts[:MOST_TEXTS] for fit, _ in _fits(marked(text, "cp1252"), "cp1252")]
    return sum(fits) / len(fits) if fits else 0.0


def _fits(text: str, codec: str) -> list[_Fit]:
    wide = _FITS.get(codec)
    places = [place for place, letter in enumerate(text) if letter > "\x7f"][:MOST_LETTERS]
    if wide is not None:
        return [wide(text[place]) for place in places]
    letters = _LETTERS.get(codec, _COMMON)
    return [_narrow(text, place, letters) for place in places]


def _narrow(text: str, place: int, letters: _Letters) -> _Fit:
    """How a character of a single-byte set fits between its neighbours."""
    letter = text[place]
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    if letter in _MARKS:
        fits = _stands(letter, before, after)
        return float(fits), float(fits)
    if not letter.isalpha() or not _in_its_script(text, place, letters.run):
        return 0.0, 0.0
    if letter.isupper() and before.islower():
        return _ODD, 0.0
    return 1.0, float(letter in letters.typical or letter.lower() in letters.typical)


def _stands(mark: str, before: str, after: str) -> bool:
    """Whether a mark stands where writing has one: not inside a word, but for the few that do."""
    if mark != _NO_BREAK and any(one > "\x7f" and one not in _BESIDE for one in (before, after)):
        return False
    return mark in _INSIDE or not (before.isalpha() and after.isalpha())


def _in_its_script(text: str, place: int, most: int) -> bool:
    """Whether the letters about this one are of its script; long runs of accented ones make no Latin word."""
    script = _script(text[place])
    start, end = place, place
    while start and text[start - 1].isalpha():
        start -= 1
    while end + 1 < len(text) and text[end + 1].isalpha():
        end += 1
    word = text[start : end + 1]
    if any(_script(letter) != script for letter in word):
        return False
    if script != "LATIN":
        return True
    run = 1 + _run(text[start:place][::-1]) + _run(text[place + 1 : end + 1])
    return run <= most


def _run(letters: str) -> int:
    return next((n for n, letter in enumerate(letters) if letter <= "\x7f"), len(letters))


@lru_cache(maxsize=1024)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
