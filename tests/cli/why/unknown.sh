# exit: 3
matriline why hsc.divison
