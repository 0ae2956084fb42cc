"""Another implementation of Fernet, for the vault's tests.

fernet_peer.py KEY TOKEN...      for each token: what is in it, as base64, and the same sealed again
fernet_peer.py --place MASTER USER ACCOUNT ENVIRONMENT KIND TEXT
                                 seals TEXT for a place, by the README's description of the derivation
"""

import base64
import sys
import uuid

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def place_key(master, user, account, environment, kind):
    fields = [int(user).to_bytes(8, "big", signed=True), uuid.UUID(account).bytes, environment.encode(), kind.encode()]
    info = b"".join(len(field).to_bytes(8, "big") + field for field in fields)
    key = HKDF(SHA256(), 32, b"paddock/vault/place/v1", info).derive(bytes.fromhex(master))
    return base64.urlsafe_b64encode(key)


if sys.argv[1] == "--place":
    *place, text = sys.argv[2:]
    print(Fernet(place_key(*place)).encrypt_at_time(text.encode(), 0).decode())
else:
    fernet = Fernet(sys.argv[1])
    for token in sys.argv[2:]:
        clear = fernet.decrypt(token)
        print(base64.urlsafe_b64encode(clear).decode(), fernet.encrypt(clear).decode())
