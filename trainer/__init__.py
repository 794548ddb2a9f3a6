"""What learns: collect, synthesise, fine-tune, examine, decide; the schedule."""
