"""The wire itself: real nodes in processes of their own, cut, killed, flooded and attacked."""
