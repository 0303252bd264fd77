# exit: 2
matriline why hsc.divison
