//! Secrets: sealed at rest with the installation's key (AES-256-GCM), and tokens, of which only a hash is kept. What is
//! handed out and comes back, such as a link, is signed with a key that is derived from the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use sha2::{Digest, Sha256};

use crate::Error;

/// What the key that signs is derived for: another purpose gets another key.
const SIGNING: &[u8] = b"consign: links for buyers, 1";

/// Seals and opens secrets, signs and checks.
#[derive(Clone)]
pub struct Sealer(std::sync::Arc<Keys>);

struct Keys {
    seals: LessSafeKey,
    signs: hmac::Key,
}

impl Sealer {
    /// A sealer with the installation's key.
    ///
    /// # Errors
    /// [`Error::Bug`] if the cipher doesn't take the key.
    pub fn new(key: &[u8; 32]) -> Result<Self, Error> {
        // One block of HKDF's second half (RFC 5869), with a key that is random already.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &[SIGNING, &[1]].concat());
        let signs = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        let key =
            UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::Bug("a sealing key is bad".into()))?;
        Ok(Self(std::sync::Arc::new(Keys { seals: LessSafeKey::new(key), signs })))
    }

    /// The signature of what is handed out: 32 bytes.
    pub fn sign(&self, what: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0.signs, what).as_ref().to_vec()
    }

    /// Whether `signature` is that of `what`; takes as long for a wrong one as for the right one.
    pub fn is_signed(&self, what: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0.signs, what, signature).is_ok()
    }

    /// A fresh key for a new installation.
    pub fn fresh_key() -> [u8; 32] {
        rand::rng().random()
    }

    /// The secret, sealed.
    ///
    /// # Errors
    /// [`Error::Bug`] if the cipher fails.
    pub fn seal(&self, secret: &str) -> Result<String, Error> {
        let nonce: [u8; NONCE_LEN] = rand::rng().random();
        let mut text = secret.as_bytes().to_vec();
        self.0
            .seals
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .map_err(|_| Error::Bug("a secret can't be sealed".into()))?;
        Ok(STANDARD.encode([&nonce[..], &text].concat()))
    }

    /// The secret, opened.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it was sealed with another installation's key.
    pub fn open(&self, sealed: &str) -> Result<String, Error> {
        let wrong = || Error::Unavailable("a secret was sealed with another installation's key".to_owned());
        let bytes = STANDARD.decode(sealed).map_err(|_| wrong())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut text = text.to_vec();
        let open = self.0.seals.open_in_place(nonce, Aad::empty(), &mut text).map_err(|_| wrong())?;
        String::from_utf8(open.to_vec()).map_err(|_| wrong())
    }
}

/// A fresh token or secret of 32 random hexadecimal digits behind a prefix that says what it is for.
pub fn fresh_token(prefix: &str) -> String {
    let bytes: [u8; 16] = rand::rng().random();
    format!("{prefix}{}", hex(&bytes))
}

/// A fresh secret to sign with: 64 hexadecimal digits.
pub fn fresh_secret() -> String {
    hex(&rand::rng().random::<[u8; 32]>())
}

/// The hash by which a token is kept. Tokens are random, so a fast hash is as good as a slow one.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let key = Sealer::fresh_key();
        let sealer = Sealer::new(&key).unwrap();
        let sealed = sealer.seal("shpss_secret").unwrap();
        assert!(!sealed.contains("shpss"));
        assert_ne!(sealed, sealer.seal("shpss_secret").unwrap(), "every sealing has its own nonce");
        assert_eq!(sealer.open(&sealed).unwrap(), "shpss_secret");
        let other = Sealer::new(&Sealer::fresh_key()).unwrap();
        assert!(matches!(other.open(&sealed), Err(Error::Unavailable(_))));
        assert!(sealer.open("x").is_err());
    }
}
