"""Combine what the workers of one test run covered, and report it; says so where nothing was measured.

Usage: python .ci/coverage_report.py FOLDER
"""

import os
import subprocess
import sys


def main(folder: str) -> int:
    if not os.path.isdir(folder) or not os.listdir(folder):
        print("Coverage is measured on Python 3.13, which was not found: NOT MEASURED.")
        return 0
    combined = subprocess.call(["coverage", "combine", "--keep", "--quiet", folder])
    return combined or subprocess.call(["coverage", "report"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
