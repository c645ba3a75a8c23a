"""What the file of a whole codebook is called inside, for who writes and who reads it."""

FORMAT, VERSION = "wavebook_codebook", 1
READ_AS = "read_as"  # the lines of a codebook sheet that decided how cells were read
