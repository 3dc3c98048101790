"""What holds for all tests: property tests have no deadline, because a busy machine is no defect."""

from hypothesis import settings

settings.register_profile("ecopy", deadline=None)
settings.load_profile("ecopy")
