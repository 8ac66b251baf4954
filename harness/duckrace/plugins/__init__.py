"""Channels under test: the protocol of a plug-in, how one is named and loaded, what is known of ours.

``_protocol``   what a plug-in offers
``_load``       the ways to name one; what is wrong with it
``_known``      those known by name
``_provider``   how the diagnosis of hangs looks into the reference channel
``adapters``    the channels known by name, as a world loads them

Plug-ins are resolved by reference inside a world; only plain data crosses its border.
"""

from ._protocol import CAPABILITIES, ChannelUnderTest
from ._provider import ReferenceProvider, providers
from .adapters.reference import reference

__all__ = ["CAPABILITIES", "ChannelUnderTest", "ReferenceProvider", "providers", "reference"]
