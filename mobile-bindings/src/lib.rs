//! The phone's door: what the client can do, for Kotlin, Swift, React Native and Python. Conversion and forwarding only.
