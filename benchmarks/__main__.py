"""All measurements, one table after another."""

from benchmarks import cases, checkins, delivery, digests, imports, lookups, passages, reminders, turns

if __name__ == "__main__":
    print("Handbook look-ups")
    lookups.main()
    print("\nPassages of imported readings")
    passages.main([])
    print("\nProcedures and cases")
    cases.main([])
    print("\nA county imported")
    imports.main([])
    print("\nDigests of a county")
    digests.main([])
    print("\nEverybody's message of the day in a county")
    reminders.main([])
    print("\nClaims and marks of the outbox")
    delivery.main([])
    print("\nTurns")
    turns.main([])
    print("\nCheck-ins")
    checkins.main([])
