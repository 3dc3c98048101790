"""What goes over the wire: the bodies of requests and answers, and pure checks of them; shared by server, client and kiosk."""
