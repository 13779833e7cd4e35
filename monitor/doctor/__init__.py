"""Examine the installation: network, mail, clock, disk, database, rights; each finding with its one mend."""
