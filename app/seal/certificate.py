"""The certificate of the seal: opened from a PKCS#12, or made for development."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

DEVELOPMENT_DAYS = 730
KEY_BITS = 3072
"""RSA of less than 3072 bits is not to be used after 2030 (ANSSI, guide des mécanismes cryptographiques)."""


class Unusable(Exception):
    """There is no seal, or it may not serve; the message says in French what to do."""


@dataclass(frozen=True)
class Sealer:
    """A key and its certificate: `data` is the PKCS#12, kept as it came; `pem` the certificate alone, public."""

    data: bytes
    passphrase: bytes
    subject: str
    fingerprint: str
    """SHA-256 of the certificate, in hexadecimal: what names it."""
    pem: str
    valid_from: datetime
    valid_until: datetime

    def refuse_out_of_date(self, now: datetime) -> None:
        """Raise Unusable when the certificate is not valid at that instant."""
        if now < self.valid_from:
            raise Unusable(f"Le certificat du cachet ne vaut qu’à partir du {self.valid_from:%d/%m/%Y}.")
        if now > self.valid_until:
            raise Unusable(
                f"Le certificat du cachet est échu depuis le {self.valid_until:%d/%m/%Y} : demandez-en un autre, "
                "puis donnez-le par JALON_SEAL_P12."
            )


def read_sealer(path: str, passphrase: str) -> Sealer:
    """Return the seal that a PKCS#12 file holds; raises Unusable."""
    if not path:
        raise Unusable("Aucun cachet n’est réglé : donnez son certificat par JALON_SEAL_P12.")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Unusable(f"Le certificat du cachet est illisible ({path}) : {error.strerror}.") from error
    return open_sealer(data, passphrase.encode())


def open_sealer(data: bytes, passphrase: bytes) -> Sealer:
    """Return the seal of a PKCS#12; raises Unusable for a wrong passphrase, another file, a key that cannot sign."""
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError as error:
        raise Unusable("Le certificat du cachet ne s’ouvre pas : phrase secrète fausse, ou autre fichier.") from error
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Unusable("Le fichier du cachet doit tenir une clé RSA ou à courbe elliptique, et son certificat.")
    return Sealer(
        data,
        passphrase,
        subject=certificate.subject.rfc4514_string(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
    )


def make_development_p12(name: str, passphrase: bytes, *, now: datetime) -> bytes:
    """Return a PKCS#12 that nobody vouches for: enough to try a seal, not to put it on real documents."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    who = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Jalon, développement"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    uses = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **uses)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DEVELOPMENT_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"jalon", key, certificate, None, BestAvailableEncryption(passphrase))
