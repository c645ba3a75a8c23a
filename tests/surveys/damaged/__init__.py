"""Damaged and hostile files: all are read or refused with a sentence, in bounded time and memory."""
