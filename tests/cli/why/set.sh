matriline why hsc.division --set "hsc.division=0.1 per year" | head -n 4
