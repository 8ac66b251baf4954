"""Channels under test: the protocol of a plug-in, how one is named and loaded, what is known of ours.

``_protocol``   what a plug-in offers
``_reference``  the reference channel, and how the diagnosis looks into it

Plug-ins are resolved by reference inside a world; only plain data crosses its border.
"""

from ._protocol import CAPABILITIES, ChannelUnderTest
from ._reference import ReferenceProvider, providers, reference

__all__ = ["CAPABILITIES", "ChannelUnderTest", "ReferenceProvider", "providers", "reference"]
