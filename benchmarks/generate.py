"""Write Chinese text with natural frequencies: `python benchmarks/generate.py FILE --mb 10 --seed 1`.

FILE is a .txt or a .parquet; `zhagen.corpus.generator` says what is drawn, and how.
"""

import argparse

from zhagen.corpus.generator import generate_corpus


def main():
    """Write one file."""
    parser = argparse.ArgumentParser(description="Write Chinese text with natural frequencies.")
    parser.add_argument("file", help=".txt or .parquet")
    parser.add_argument("--mb", type=float, default=1, help="size in millions of bytes (default: 1)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(generate_corpus(arguments.file, arguments.mb * 1e6, seed=arguments.seed), "bytes")


if __name__ == "__main__":
    main()
