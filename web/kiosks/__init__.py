"""Kiosks over HTTP: joining, orders, reports."""

from web.kiosks import enrolment, running

ROUTERS = (enrolment.router, running.router)
