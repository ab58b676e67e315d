"""Proof at depth: streams of seeded events through firmware and the exact engine, resumable, differences made small."""
