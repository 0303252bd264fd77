# exit: 2
matriline
