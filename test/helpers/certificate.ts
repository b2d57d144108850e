/**
 * A certificate for 127.0.0.1 that nobody trusts, and its key: for tests alone. Made with
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=IP:127.0.0.1,DNS:localhost`.
 */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUKY7VtW26tBLrwnep0AK0ctGEmiowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDExMjMyMFoYDzIxMjYxMDI3
MTEyMzIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ2/BIVSzEp5eZ/7vkYJmydHC442UIgjh66N5FcziVa3i9OlDij8g5Y
rAxMKPd9T4+FcetlR9iYrCQjA6pHJgspo28wbTAdBgNVHQ4EFgQUSmK9Fgw5KBYg
KK7IAaF1E8ds0A8wHwYDVR0jBBgwFoAUSmK9Fgw5KBYgKK7IAaF1E8ds0A8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDRwAwRAIgTSy3F1DoCMo8hK6Aads5WgIGfH9QGpYeLKRz+xY3x9sCICQk
U65AjnwkOubwrrMPksNLK4+kLC7SM5XOb1Q5eZyE
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgImAWxeY7V5Qdnn79
dDcGt/RKheDV3uNlKrFr0gpeZ5qhRANCAAQ2/BIVSzEp5eZ/7vkYJmydHC442UIg
jh66N5FcziVa3i9OlDij8g5YrAxMKPd9T4+FcetlR9iYrCQjA6pHJgsp
-----END PRIVATE KEY-----
`;
