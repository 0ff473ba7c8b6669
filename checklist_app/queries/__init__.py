"""The questions that screens ask: plain frozen data, always scoped to who asks; never a write."""
