# exit: 1
matriline params > /dev/full
