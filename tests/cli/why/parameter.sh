matriline why hsc.division
