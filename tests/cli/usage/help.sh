matriline --help
matriline help > a
matriline --help | cmp - a
