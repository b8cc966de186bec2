"""All measurements, one table after another."""

from benchmarks import lookups, turns

if __name__ == "__main__":
    print("Handbook look-ups")
    lookups.main()
    print("\nTurns")
    turns.main()
