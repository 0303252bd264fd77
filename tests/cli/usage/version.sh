matriline --version
