"""The table, printed line by line as it is measured, and all that stands behind it."""
import json
import time

WIDTHS = (67, 56, 19)


class Report:
    def __init__(self, facts):
        self.facts = facts
        self.item = None
        self.started = time.monotonic()
        self.failures = 0
        self.lines = []
        flags = " ".join(facts["flags"])
        print(f"{facts['lacuna']} ({facts['commit']}), {facts['date']}")
        print(f"{facts['processor']} (family/model {facts['family']}), {facts['cores']} cores, "
              f"{facts['memory'] / 2**30:.0f} GiB, {flags}")
        if facts["load"] > 0.5:
            print(f"Others use this machine: the load was {facts['load']:.1f} at the start.")
        print()
        self.row("what", "measured", "target", "")
        self.row(*("-" * width for width in WIDTHS), "---")

    def row(self, *cells):
        cells = [cell.ljust(width) for cell, width in zip(cells, (*WIDTHS, 9))]
        print("| " + " | ".join(cells) + " |", flush=True)

    def line(self, what, measured, target="", verdict="", **figures):
        self.lines.append({"item": self.item, "what": what, "measured": measured,
                           "target": target, "verdict": verdict, **figures})
        self.row(what, measured, target, verdict)

    def least(self, what, value, limit, measured, target, **figures):
        self.line(what, measured, "at least " + target, "met" if value >= limit else "NOT MET",
                  value=value, limit=limit, **figures)

    def most(self, what, value, limit, measured, target, **figures):
        self.line(what, measured, "at most " + target, "met" if value <= limit else "NOT MET",
                  value=value, limit=limit, **figures)

    def absent(self, what):
        self.line(what, "not installed: script/bench --install", "", "absent")

    def failed(self, what, error):
        self.failures += 1
        self.line(what, str(error), "", "failed")

    def seconds(self):
        return time.monotonic() - self.started

    def close(self, rivals):
        self.facts.update(rivals=rivals, seconds=self.seconds())
        print(f"\nRivals: {', '.join(rivals) or 'none'}. {self.seconds():.0f} seconds.")

    def write(self, path):
        with open(path, "w") as file:
            json.dump({"facts": self.facts, "lines": self.lines}, file, indent=1)
            file.write("\n")
