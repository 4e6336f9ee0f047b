"""The colours of the back office."""

# Petrol; white on 600 and more, and 400 and less on the dark ground, have a contrast of at least 4.5
PETROL = {
    "50": "oklch(97.5% .013 220)",
    "100": "oklch(94% .03 220)",
    "200": "oklch(88% .055 220)",
    "300": "oklch(80% .085 220)",
    "400": "oklch(74% .105 220)",
    "500": "oklch(64% .11 222)",
    "600": "oklch(50% .1 224)",
    "700": "oklch(43% .088 226)",
    "800": "oklch(37% .073 228)",
    "900": "oklch(31% .06 230)",
    "950": "oklch(23% .047 232)",
}
