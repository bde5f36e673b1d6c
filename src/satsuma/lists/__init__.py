"""Marketing lists: records put on by hand, file or program; conditions follow within the same version."""
