namespace Deliberate.Models;

/// <summary>
/// Compatibility decompositions of the Unicode Character Database, version 14.0.0 (Unicode licence), one step each, packed: deflate
/// over variable-length integers of 7 bits, low ones first. Their count; for each the distance to the code point before, the number
/// of code points that it stands for, and these, each as its distance to the one before in the whole list, doubled, of a negative
/// one the double of its amount less one.
/// </summary>
internal static class CompatibilityData
{
    public const string Packed =
        "7VsJfFXF1X/nzL0vL2/JvjwCJIQAAQIkISaQsPMAbXHBqkht3YoUt/5cagsoSggpkZ2CBDSyBhAoYERkF0oQBGQTRBGQKntRLOBS/Cr6/c/ce+kjLD/9qv38+gnvnnNm" +
        "5szMmTNnzpyZe1NedxpRRw+7dviYtnpNHkwbfYoqfURM3LAa+HNWvDRqtJ/oQ6QGsnpidjFNLSZSJohKIXiGznmMm6JSe/Zzm7dRfwKVUyQP91REFpC3K99+xiA+bXwK" +
        "+LKxGPCQoYiNtniAW0UQe1rjiWjI3ZsRZz2Ip9mrRBlEX0YQ/R1PDNFoD5FBBGHGC1WPX6ItPuI3fNsAt/reAtzlG+snHuPfAHq9722MZjsTnUT9KCIv0QpPOfFfIzf7" +
        "vbzJX+27lg6ybrChos5EvhTyaU5muomoyKCM0YpLI4o+Jt7MzyH/1l7Es2kWqJtuXhnNi9Lyi4mXcH4TDmQQN4jPprfoAd7GdzPf03uIoiVmVZBeQdPD0U8ZmjVEtzTO" +
        "JBplarLmjwXOhsCVEXq0VgXABKIDETpx8H6iNY86RccjHOqvEUyWilYpoqV4NqOs9AFduBUVPJraAWofmjiNwgOgj/RxOm+g4coAURyRWyfO+jWqo7XHUfQR5mQ3Kr6H" +
        "5zCeTRjFHjwfgj5jSeJx6uI340G0BwHuJKoC+QbIX5D8M8LG7NaDA/GiskQHORMCTr9fk5VocL7HYd5i7CNeEFgRWcm80nvUx3zEdxSzfcT3mr89r/Mf9xl0DLPouuQv" +
        "gt4f5Oa/DJrtD9AwWIrLRcrlckVSbYNnFpOVYnZbhMkvIA9TstkXySN8LvC3wdM2yjg6CMUeWQCxVI/oUUX3XTSVtYm2lWGocwU00VnDQT1xyWm/bCWmh7VKE/SkVEPF" +
        "H0SEKdiyDUn6OdS5l8rofS8p1ftpEp3zXnqXWHXsK+s0ue9IZC4xmNeoXaBglO0cvXQk+kpmXukUWuvIJCPtrITH6kY4FbOPVFTdKOKYAFOKQS6DsrWUXYg6aALLB3R1" +
        "YpiEuxJZdY1sAdODadXSjCkw4wEmPSvD7KiZZIYj1CNwK8+KuD4QE0AY0SBmgYCnATVdymimTSjkTNbeaKZNqBk2QdNsIgI8FTpnik1EImeiJmbYhDnFJug5i+DAbOny" +
        "s0HnTQREiiiBXbVIpdRykQEgyVQrty6p1LqW8mL1eDBbrf+F2l41YI4eZSXxqbKallll0BeiusuYEUfLVEjD4k7gbpWb2PRAwV7iSNi9DzMYiMGjSEXHRWPgCbEASfEA" +
        "wUSAlGSAOhCWUmsD1IOAVD8NTcVRQKArWiDHCjTiBboTBXqSBXprCfTXFhhVV2CM1E1QARiOKY6e2BsJm8XCjZK8aOK4WOKEeOIkdO9Gb8rtMgE4AsCIBHDD9NyeAIAX" +
        "Arv9ENgdBYHdMajhUajhe/QhVHzsEYDf/xag/+8AHu8HMHAAwFNPABTTk4AlNAiwlAbLnA+lIYKepj8IGk5lgkbSMEGjaYSgsTRK0DgaI+gZ+qOgchovaBJN0JZDEwU9" +
        "T89qW6MKbYQ0WdAMmqrNlqZjznKu6AC+7S/qO21tPM3wGp/D3Fyue9UHwO7zJjzUoNuIMs8QlS+mKqY9X9DNNHM7zOHVDajZQ28SMPqriHppsRprejj2jWv1HttCZzUl" +
        "ul/DJDgj1FtFsk5kd2mrqxdo39CS6F69HyF5HN58LLgmReg2YnRVFE1C3grk3UV0inRRI6JmRA/qZfSWqX1mUDd3nHQ9dHKCdHaKTj9OVF83hTiIhkcS/VJLttGnWWcj" +
        "s55mRd71Oqvc0NMHh3UKK6zU6vUxnRenx3yvZkP5x2j+K7fu36t9W4zuCPVnoFaVsnqwZLxHV43TPEtIJzYqjX6lBbyDaK+VRmI06nxJWqEfQX0LSUv9qWmFGF96tMqw" +
        "q/+aSDaBJM3Z2dIW+lpsOp3F6dGlauGmkEbgnBetJ2JehBa9hWwYWgWjrX4+9ugq+HUj+imyleYbitJTINtjeErrC6NbBuoUZPovS1rkbLF6XobMxda+j6HtJN2BR8v1" +
        "Gundw6+NaRvrYaDkY4sb83tW6QkH60hrQFbwAJHLQU2zUtdqO4jRtEebpkfrzqt7KtDyo/T31vCz6OtzRgEdXoMFcEBald30bt60hc+sBXV6LX26FptPhnEX/6xpSxoz" +
        "SK+UnXgktnzL3uLOL6G3L15Vr+DJdBIw7ewrrsEp9K+tYUQNE60mDrOzsxqOGYL4AlklSpNDlBNBGGGcxoXtuZ34wwqhN/9zTNavp8MVFxaqug1afVoWLXL+IPEcQvnp" +
        "GdpsQpjZ51H0Ejwk3LBoY0czKxz9MP1uVbmCq0ILQnCXi0MvCVoSelnQitBSQatCywWtDq0UVB1aI2hDaJ2gjaH1graENgnaFnpD0I7QVkE7Q9sFvRV6MwQRq0LV9Lcu" +
        "IBaHVlvEktAqi1gRWmYRq0JLLGJ1aLFFVIeqLGJDaL5FbAzNs4gtodkWsS000yJ2hGZYxM7QNIt4KzTFqfUaDetKEWhnFS2nRbDlId2gQUkuoGUoY0VVS3nBUpZRLef1" +
        "y4WoXsprdM7RvXxorxB7lvNuXTR8PZetF2LJUn5Z8wxdz0N0zollfGyZEIu28ItbhPhzhXq1QgnPWjVkrRCTqtSEKiGKn1fndNHODcb2DQaIj/fxh/uk1n+Vq7+XS1Hp" +
        "NDV4mhDVFWqNZp5/WM09LMTm7fz6dmGesUlN3SQ5Z14y/vaStHPisDqmeSZt5gmbhefzFfzJCiHmvMmz3hTiy4/4i4900V71yV5hXrSSX1wpOasXGSsXSTt7tvBuPYrh" +
        "R1TZES3qSt6ueUrLjMFlwlNeZowHQVtkce6F2y2HNxnbK1Kd+0h56uJo+w2iIx/CFLecUS/kpfJQ2JmML1w+Fy4czqgGepVWA66UfY6XYm6JXxEnzy/TYsAXqQrwTzQf" +
        "cC7NA5wl+w5XIlYgni6bBU+V7Ykni18wpXQ+nWQ4TWM5vOV6cZ/8Jm1AfzPP1Fhvo9KJFmEv2xWwIu8KuNWN8XDaNxBtgA5OwgdOxFrdiX7pkOyMI9tY++BajOTENThq" +
        "PIPMPQNQHRtb2XVEb+IQTBtl9a7Fai97CJvQPiTOyY40EhVP4Sy5AoOhY5UQYizcxTN9sdJ/5yz8JQj9j8AV/g2lyyDe3dgefkO0bqrU/zvAkSMAY5MxpkNcY1Yi5Zbg" +
        "0rNywQxGILDkhTBM/lOFmi94boWaJ/iFCjVH8KwKNVtwZYWaKXh6hZoheGqFmiZ4coWaIoa9AKDKJlwLbYJ1k18/p9rjtJGSiL4RG8cjvqVVa8kxhnCTuPLPfSF/Dccb" +
        "/uMLz3yXrBKWw4f77UgiY9cYuqNnXzK6j6MsIJ5BuQiSXYspnYxRdH0PiXmTp1BvUvluzLY5gerHP0d9yOg0h7T9qUqEvYim686kVqTuC2CHNJ4c2N1LRmEpmQ1ITUU0" +
        "7Sc1CjFCE+I7oSWj6FdkTKaHvQ3IqKDHb+kv5ovzlDmomAY8GkvuPsWUXNC3G5lPFJNxq5dUNnLNOx+Nze5JZhn1vz17HHp5YmDq7aRaleu43PdwJ1LNx+E8atyQntSf" +
        "zAcG9v59KzJu/HWcFCc93Ft4bsFxpj/SXCeNuEEX4q49iW/0YMCJ6CXqlo5kpvQcTMIX1/MhMoK9MG9m894tUruh9Z9A0OadiDvmkJnVdyx194Oj9yLqS2adhslpiKdU" +
        "VuMEMvNvrPd4OnF6IakinIWVv9F1pJq1hJI6d5HDQ+duA8ho+8gUQjeNU7sSN8pBzWY3kWrQOZ1UWmccm5r8NmkglPpbBFaqVn4Q57+UfmTe0bTfXUEyMu8cCIPPTCIz" +
        "MSmvF7qKv4+M++9r3ZOMDNGbCuT0IVWQg8Yiy2SSjNjrvN1k3qH85j3ISK/fvSlWQTKZwahbskrkGAw184vVNK4a1jumWo0VPKpajRY8olqNFDysWg0XXFatnhb8h2o1" +
        "VPCQalUqeHC1KhH89VpVDKzQjm5QCNdYm+DRNmGMtAn3cJvwPG0T3qE24S+1iagSm4jRLUMyNc4maKxNuEbbBI+0CUO3PH2tyq4PxwDn0KExzteI9djMJb6qFnQQRyo2" +
        "bjg0UEFxsF3ehYCVV53lFXDyK2LWQmtL4s5eAyeRuDeFjOlxrzT4a4eNc8BYcUjdTnzbz4k/D3yGQ2qvW4lvvgmH1Fh9SJUDrOqssMQoGpA9KOpxA/FHgQ8DAucGrPOt" +
        "nHXb3YOp7grw80iAPgzQPfke4tLAwt8Rv1FCWzBF/F4JHRC8vYR2CH63BCEXy2KeEpgc0Acxjk+AwzHkQCZDmkwJQDxMLpawAA1Bw8iFYWJVJshoR0icrMaQIWgE7RhK" +
        "6xCsGz6LeIp4HZSlEvIBMt0AeXEA9dPdsPh090GL200OCf4hSHIkbGlc4I+QyQc7NfOIc7KJtwTeQE6L5sRN4Qhi4zABuVZ6c2ATSpplETfOtMbQ+EtUXBpYFiBjTKDP" +
        "U08i5w7i2pZLNzrNLKNdQxEgqat74YjOD4agbugrHa3kxhC3RP9dhReuvy36iba2AaXc0WDE/CYmwiVEuBG2GzCKVtFk9BhC6EV1cckOgmo4EnE7TH67JPi/r4bSdgxU" +
        "3TqnTBPc7zhCHT5Sro4KPlSuDgv+oFwdFPyXcvW+4PfK1QHB+8rVfsHvlqu9gt8pV3skVDoGcMImXMdtgo/ahHHYJtwHbcLzvk14D9iEf79NRO21iRjdMiRTJ2yCjtuE" +
        "66hN8GGbMA7ahPt9m/AcsAnvfpvw77WJKN0yxmqesAmlW/7HBOVLmox9eRXOhsYuxA4jTZjnO8+beltKMmgejhG3HXLTnInImiZRRSWIbZWml4ZVmhOnEm/1yGzJJo2d" +
        "wgdCmS4YwGxjgiFbVYCLEwy9k3IqVlcjzKIKROrDeoaz952/6EjS29y5pEa8OQlnz3nW3WRC2DWvO4w2wujwa2HvZfJ7XqZuKIymy/TFYbQ/jNMI66WehgENcy7it36e" +
        "MFqF0XEX9eK9KMcMoxufL61P3cPyr7pINrmXmkNhYloiRIVVGqV74a6y1OT/AYD32ILYaEPyVCO1li34Z8A1NnwNcJ0NEZPzrgsgVmFX66GhYUPhN9i5qWxvrdWucNOh" +
        "8Di9iLiwM3En9N0hPAosIM6XOh3xiKxXEee1JW6DvDaSbkmsb61zsN870WQLBOxwL1Fw2X5EkIhdOA12GFOPuG685fXjJJ0KNyXpOsS1UoiTscekiMepjaAD20AEXF9T" +
        "OLnGDWHHIgvcVbS4KMkX+Zyb11bEreEaW8ApNpMyJ5J1zh9wqDlOuZQ5UTBcakunTBaVE/XmWe5Wl8l4bF2Y+cQFMkZbP/IGo20hcZH0L+O0I+k8ufV+Eg7+uuuxedTa" +
        "E0S89EFwb9AjaH/QLehA0BD0fpAFHQxCneOxHDkR40+29d3BmSeMORaOPl7mSHTvzJM9/miZo9bwzc48OXMtcyVl9nzFOvoL11tNXYXrR8aH8bAzD85JwdYHXU/c3dGT" +
        "jF9OFTbP1WE349EiF2RuV9PekF9Y09aQ3wpy517Kti5nV5J3GdtK+gZ2Zdr2pC5hQ1TTdoSvht1wTXsBn8uxlZ9BRzXtBPtmJ0cnjh7Cxp6HuczE2DIa43yN+Cu9EWR2" +
        "5GErjJE+3FZbKlAHJpWeCoNKr4fsPKmKKulQSRqqp0EVdUE3l9fBUGEWwtkmoAvFZNBlG9usWtlm1ATdZoInE200BJ3lqFjULuKY1qvm828e/s39uWuUazWhblqdC83D" +
        "H8YXZ7uYNlhOV18TrzoZLeWUJm+5LIBTRb6nBUBBLpIF2dhVC5qDwpwqEuDKwSouzMEazoJbV1EBLFx/oAjJBij1WwB1oxq4SGUISIsGiNGgHkB6IMcB0W1RrT6a91tA" +
        "SgXUjW1NqmE0xKgroHYdNJpgAZckIUF6LQieHHSdBxCobhKoxCSUpiUhGd0QdSMEmG7UbSrvuah5jgCI62uOPiKzkZejAWZIkQZYa6qFAASghIGjhisbNSKxFlVOLvp1" +
        "YRWqls1bKOXKhbW1xEJQBQqtcG6OALRs5oGPLYC6JnyJisAWqDgSfF4BhX7wdTDaCgBLO48kPQWgCsDcoQDMhYhKVRtuLZRoPBKlmdGibNF4ZqyMIxsN+OBzlasQSVcb" +
        "JF0IplWkCyDaLf3mFgklw5LhJ4sfDhhSkCcjEkX4siGpMkRD2VpmufxiVCuktjJygFgPaoS8RVJXNC4TkCYTmhHZWppq20Q1SX0e9aayAWTs5iI4SKND6/w4Mhpn52SR" +
        "4U9NlJOo0TSCjMQkv0kGN6mPGmmpXorLTPW+GRwdRKWtwUVBlG4N7ghKsSc35/XgpGBOYRGay1rCm7gogV6UMG2NdSc9xsZ5+tJ+oZ36oEOyxCPpOio59pSOAH5jfQhg" +
        "3aksXG0xRmoY0NB0bknsKw9Fx1Zb3NWDwgKXV88n+thizJKr/hTdF7a/NkRHwfLOoEv1d2gNOTfg1vVKqoZItCd6SGcWmNzhbfHU8NK7g3uCzO9g32R+F9sm/DkW8T7s" +
        "nHAvcDHvYfPEooej+Qv2T7gJuIIPgodBZTTQt2EcFtBdDF3fMufb0t+k3++Wjvre2r9IfvbhFNlFnk44/snTjri9PLLNFZo0Ividvkv9T/qNnmkth7O1nG91sF4/Vfpr" +
        "hek1bj0fc4ir9YvIl38Il6IeSw4knlHaD3wvejIuylHfJsegwevI+XbE+hIE/54uRs4i0IcCYbWewym75/ho+myEVUO+yTqKOiOQkLfZQ+UEPlgA/lVYPJ8+SHT6QX3U" +
        "LEfOMNKnS6VfhB4D5wk89xEV6Reo4H+SqOoMFuiH78HrrnkGpQslefI0wCkBFWcBvrTc8AioeBye54VlwpkoR/M9dA8lIsnXM0z9zdHOF1C27gVyPjiLt778sgY29jP5" +
        "dGDDJEXL/xH1A/5S4pHvWza+hCX/IAT7V5RmDUqRW+nFq8KW8OXHGxXOc0m2b6CrR37gthQ+BFXTs11pmCyfMnyPwtToFEmDPP8eMf7frv0fZftRtv8jssmnWSMNpT8s" +
        "+7Z15Qu76Zf82mnVAKI/DfjupDzTn+jZ/jokxbktX39ymG+FQD8K/aPQ/0lC+3UA8e6VV3ns/0rp4Ga0P9n50NAtV+WUpa90EvS3neHnm4Z6IDH6nJmiL4bc+qDAzuHQ" +
        "7xz27rW+bc0l6s3ylTZ5mAoU5bEcZC7bJMtfWtjtIXRh8kRQbVPCmCImn455hJ8pwmJWkilsTMVgmkAX9HV+BE6wdKW+zgvO9GumT+i8QpxPw/+pEybft1WIW96YXkK9" +
        "/4Om1hs8PiivA678tT4Hk4lTarlVhL53vioXoCAPoHU+QFErgLaFAO3bAHRsB9C5A0CXTgDd5JvMa7oC/PRqgGt/AnB9d4Ae1wH87AaAm28E6HkTQK9bAG67FeCXPwe4" +
        "4xcAd90O8Ks7Ae65m9Tba2jwGiqVO7tKAXKpz8SNoIzc73LX44w61gcOpryxdtlvszmzttaJfp3jbcC1/Q/zwT/L3+Hs0G9ao2j+BrnehDVMSIV3kW+Nh/fDkbkpjs5y" +
        "8v+kWo7lSJ29HUfmZkRjWhBNvI7oq6uIzrUi2oDT9KzriTbLJ3br6xE9cweO9NuQOBlHtOQBcGGcxThMz71F3yKUDIO8r28Cw2n4iJGY8DltcQCfi4zl0sb+X8KPgP3Q" +
        "s/IFNw7/J+vqG4O34UsGy9XC01hBCz8mU50uVVX7acF+Oc6f6HdM/qji1ICT8mcVJxbQsQWSvbmEXy+Ru+ivNtI/Nuq/rKjgIRWSM24EjdF/SDF0Nw3ZDfsslfvV7S2m" +
        "xtO5bVdS9X8D";
}
