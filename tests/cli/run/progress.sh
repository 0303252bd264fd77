# On a terminal a long run shows how far it is and the time left; elsewhere nothing.
python3 - <<'P'
import os, pty, select, signal, subprocess, time
family = os.environ["SOURCE"] + "/examples/anna.yaml"
command = ["matriline", "run", family, "-n", "20000", "--threads", "1"]
ours, theirs = pty.openpty()
p = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL)
os.close(theirs)
seen, end = b"", time.time() + 20
while time.time() < end and b"s left" not in seen:
    if select.select([ours], [], [], 0.2)[0]:
        seen += os.read(ours, 4096)
p.send_signal(signal.SIGINT)
print("shows the time left:", b"run: 0 %" in seen and b"s left" in seen, "exit", p.wait(60))
p = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
time.sleep(1)
p.send_signal(signal.SIGTERM)
print(p.communicate()[1].decode().strip(), "exit", p.returncode)
P
