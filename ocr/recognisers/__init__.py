"""Line recognisers: crops of text lines become characters with places, confidences and alternatives."""
