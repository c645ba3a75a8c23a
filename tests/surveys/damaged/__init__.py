"""Damaged and hostile files: whatever arrives is read or refused with a sentence, in bounded time and memory."""
