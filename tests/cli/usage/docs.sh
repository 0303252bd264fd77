# docs/commands.md is what the program says of itself. `make renew` writes it anew.
matriline --docs | cmp - "$SOURCE/docs/commands.md"
