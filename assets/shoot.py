#!/usr/bin/env python3
"""Draws what a terminal program shows as an SVG picture.

    python3 assets/shoot.py OUT.svg COLUMNS ROWS SECONDS KEYS COMMAND…

Runs COMMAND under tmux in a terminal of that size, types KEYS (tmux's names, separated by spaces; may be empty), waits
SECONDS, and draws the screen, colours included. README's picture is made by

    python3 assets/shoot.py assets/dashboard.svg 120 40 32 "" target/release/forkdeck demo
"""

import re
import subprocess
import sys
import time
import unicodedata
from html import escape

CELL, LINE, SIZE = 8.43, 18, 14
BACKGROUND, FOREGROUND = "#16181d", "#d7dae0"
NAMED = [
    "#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
    "#7a818e", "#ff7b86", "#b5e890", "#ffd68a", "#7cc4ff", "#e08cff", "#6fdfec", "#ffffff",
]


def indexed(n):
    """The colour of an index of the 256-colour palette."""
    if n < 16:
        return NAMED[n]
    if n >= 232:
        return "#" + f"{8 + 10 * (n - 232):02x}" * 3
    n -= 16
    return "#" + "".join(f"{0 if c == 0 else 55 + 40 * c:02x}" for c in (n // 36, n // 6 % 6, n % 6))


def restyle(style, codes):
    """Applies one SGR sequence."""
    codes = [int(code or 0) for code in re.split("[;:]", codes)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (38, 48):
            key = "fg" if code == 38 else "bg"
            if codes.pop(0) == 5:
                style = {**style, key: indexed(codes.pop(0))}
            else:
                style = {**style, key: "#" + "".join(f"{codes.pop(0):02x}" for _ in range(3))}
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = {**style, "fg": NAMED[code % 10 + (8 if code >= 90 else 0)]}
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style = {**style, "bg": NAMED[code % 10 + (8 if code >= 100 else 0)]}
        elif code in (39, 49):
            style = {key: value for key, value in style.items() if key != ("fg" if code == 39 else "bg")}
        elif code in (1, 2, 3, 4, 7):
            style = {**style, {1: "bold", 2: "dim", 3: "italic", 4: "line", 7: "reverse"}[code]: True}
        elif code in (22, 23, 24, 27):
            gone = {22: ("bold", "dim"), 23: ("italic",), 24: ("line",), 27: ("reverse",)}[code]
            style = {key: value for key, value in style.items() if key not in gone}
    return style


def width(text):
    """How many cells a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def draw(lines, columns):
    """The SVG text of a screen."""
    out, style = [], {}
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;:]*m)", line):
            if part.startswith("\x1b["):
                style = restyle(style, part[2:-1])
                continue
            text = re.sub(r"\x1b[^m]*m?|[\x0e\x0f]", "", part)
            if not text:
                continue
            fg, bg = style.get("fg", FOREGROUND), style.get("bg")
            if style.get("reverse"):
                fg, bg = bg or BACKGROUND, fg
            x, y, cells = column * CELL, row * LINE, width(text)
            if bg:
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{cells * CELL:.1f}" height="{LINE}" fill="{bg}"/>')
            if text.strip():
                more = ' font-weight="bold"' if style.get("bold") else ""
                more += ' opacity="0.6"' if style.get("dim") else ""
                more += ' text-decoration="underline"' if style.get("line") else ""
                out.append(
                    f'<text x="{x:.1f}" y="{y + 14}" fill="{fg}" textLength="{cells * CELL:.1f}"{more}>{escape(text)}</text>'
                )
            column += cells
    w, h = columns * CELL, len(lines) * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {w + 24:.0f} {h + 24}" font-size="{SIZE}" '
        'font-family="ui-monospace, \'DejaVu Sans Mono\', Menlo, Consolas, monospace" xml:space="preserve">'
        f'<rect x="-12" y="-12" width="{w + 24:.0f}" height="{h + 24}" rx="8" fill="{BACKGROUND}"/>'
        + "\n".join(out)
        + "</svg>\n"
    )


def main():
    path, columns, rows, seconds, keys, *command = sys.argv[1:]
    name = "forkdeck-shoot"
    tmux = lambda *args: subprocess.run(["tmux", "-L", name, *args], check=True, capture_output=True, text=True).stdout
    subprocess.run(["tmux", "-L", name, "kill-server"], capture_output=True)
    tmux("new-session", "-d", "-s", name, "-x", columns, "-y", rows, "env", "COLORTERM=truecolor", *command)
    try:
        tmux("set", "-g", "status", "off")
        for key in keys.split():
            time.sleep(0.3)
            tmux("send-keys", "-t", name, key)
        time.sleep(float(seconds))
        lines = tmux("capture-pane", "-p", "-e", "-t", name).split("\n")[: int(rows)]
    finally:
        tmux("kill-server")
    with open(path, "w", encoding="utf-8") as file:
        file.write(draw(lines, int(columns)))


if __name__ == "__main__":
    main()
