namespace Deliberate.Models;

/// <summary>
/// Canonical decompositions and combining classes of the Unicode Character Database, version 14.0.0 (Unicode licence), packed:
/// deflate over variable-length integers of 7 bits, low ones first. First the decompositions: their count; for each the
/// distance to the code point before, doubled, plus 1 if excluded from composition; its first code point; its second, or 0.
/// Then the classes: count of ranges; for each the distance of its start to the end before, its length less one, the class.
/// </summary>
internal static class CanonicalData
{
    public const string Packed =
        "XZh5VJXnncff997Le7lqbBITE2NGm06nczqdk9PMmenMabPURpowSXSq0jSZf0Ibq2TR1kiszukMuyCouCDiyqIsQVZFwAUUBQRcEJVFDSIgi7u4o+J8Py9c" +
        "o/3j93m/z/P8nn29d/HTIc4JIZZjQqgsTBYui5YtslxvZ1gOP6X5Kc1PaX6K91fYX2F/hf2jLdck+U9W3GTFTVbcZMLRlhWguADFBSguQPk+CrWsQMUFKi5Q" +
        "cYHyC1R8oOr5g+qZrrTpSpuutOmKD1I4SOEghYNUzyz5z1bcbMXNVtxswqonWHHBigtWXLDyzQ+1XPNpf4TKlk2I0lc2IVNf2dvy/YPsbfn/Qfb2Qn1lb8fp" +
        "K5so+zTOsvyUd7rMT3mny/zkM13mpzKmy/zkN132jsqYIXtHPjNk78hnhuwd9WmG7F2lzQyzLH+1N0jmrzKDZP7yDZL5q6wgmf9Cy/c/5fuZ7D3l+zzDcr2v" +
        "dn4he1/hL2Tvq74v4qxhkxQ3SzZJcbNkkxQ/K87ynaxyZ8smq9zZssmx+sZa1hT5zpFNke8c2RT5z5FNVdxXsqmq8yvZVKV9JZuqtK9k06TnyqZJz9WYBKj9" +
        "wbIA1REsC1AdwbKARfrKAlRfsCxA/QmWfagy58k+ks3nq3n5WPUtkH2sMVog+1hlL4izJk5eq7autV4O0Dd4rfXzCYoPlPnLgmSTZbNlAbJg2WlTDbgPTpuh" +
        "qFBUHMpODUGFWK79uHSCdJeQAaoIdgnWO/KdIXtP9jm1qNWzZeed8rgAip2KXu4jfKYRfke1zNBKnqTiZ8kqqfYcqAJdoBncAROWqg+yCcv0lflJT5f5SU+X" +
        "+UsHyfylg2STpWfLJkvPlk2RniObIj1HFiAdLAuQDpZNTdc8yabJ5qZb1rtq5cw4a+QEjWsga5V9JWukv7fACXATTFb6bFkuA5IHPpLNj7DWukIswxlqGT4r" +
        "9I22Qq3AUh/j+V8YIzPp0zJ3qOUsNg1HgoQjESQJro1gM8EsUCv8a5JbE74ZFBBXBIpBKajDpZTUSlBOXCWoEYY1oBqU8LsEXw10gq/OgBW+oZZvlNSwNVKO" +
        "1SSk+UZZo1cLvywRXi0irgjnrTg34rwD5xIS9snlpzd8NYQ3hZXmKoUd24WX41H5IF5ZpHS0JBAsEqxmj+JawCpSt4NEUIzfat8Iyo+gRdEoYQMoI7WHbL0g" +
        "h7hDIA3nfSCN4L7BuFiUkEGwmrzZqDqhwZUx4tgIR8aI4yMcB0DGiBMjHLVS2xwnnjo+wrVX+EGDsMWT+eyuZ5/OF6ytgn+C4FwFEsE6kAJSQTbIE5rN6lFl" +
        "oxzVo5pGvZIyatcoZ6rgkydkmYXP7XrOXSK8s0pwJoJ1xGULx53VoxtHW9Wjy0Y7qkc3jX4lZfSu0c5UYdbyF5pe+KLqhbIXHNWgSsE7ZtWLjS9eNcvHnBgz" +
        "skpwVI1pHOOqGlMxxlGr4IBZ9VLZS45qUPVS00vrHC1ja8e6WsYeGes4LaXgmbF1PhXjisc/f1AYfhQ0glPC2D3jisY/f21c3zifa+NujHMWjg8Z77NVGHVt" +
        "XMj4f1g+XtnWCcNTQDrIFsbGjy8af9Lc/P3c7+/5SeTPin7mWghiQCxYLPguE6bsILhLsMoERznBCqF/2ITN2nWyX2lX/V72qzR9Zb8q0FdWzfbpBhOV+qls" +
        "olI/lU1U6qeyidqrn8om5ugrW+7Qml0BljtCUdzDip8u88vXV5bp0iLNAr9WiX/k5tGymiF7V3qm7F3VMFP2rtbSTNm7qmEmN1OuvjJ/lRIkO0LTroD3ZJ/z" +
        "Va7PZe+pbZ/L3pf+Qrb9dQ5G8L5ivyBFLfpC9oFyfSn7QPV+KftA3l/KJknPkk2SnkVYeWbJJinPrBzOpVDOpVBUNEo4SMcPgYN0/BD4L9mf+KqsP8mmyObw" +
        "VZlzZCdp1CkwRaXPkU1V6leyqUr9Cg+HAqdAGzgL2l8XOsA02Vy+8pwrm6YS5sqmqY1zZQGbdPLKAjRewbIAxQXLemhcLzjvUNMvgN/qpvxa9luV87XsQ/Vk" +
        "nuxDec2TfSifebIPVd882YfymSf7nfRfZL9T2l94OUnP56bUDbpA9rF8Fsg+VrsWyGbSRsrSDTxfr6mH6tKwCXIIlE2I0VdWwdi2gwquxnZQYcag7NRwlJD8" +
        "hmpIAWH0JhyEMQfhIMwRg4pBhaPsHFHk4Imk+qbL/JQ+Xean1OmyWqo9D2qp9jyopdrzoJZqz4MSqi0F/ooPkvmrtCDZZNlsvoqbLTtOYTfAcQq7AY5T2A3T" +
        "Tg1HCQcp7BBI1o3mSAHJzhBUCCoGFYMKR9EbZxpKCJAF81V6sCyPzPkgj8z5II/M+U47NRwVjkpDCR/JY77sI+n5hOU3X/aRvOaHWyML3Cu4GVdajpA35RYK" +
        "Qt4MRYWiKlAVXLkrgPyicYkB0bjEgGhcYkARfkX4xeOyDMTjskywEkhNIHU1CUlgNalJpBaTWkxqMgkpIJnUFJBM8SkgEb9E/DJxyQKZuGSBTFyyQCl+pfjl" +
        "41IA8nEpAPm4FIAk/JLwK8GlFJTgUgpK7KJAOX7l+O3BZS/Yg8teWr+R1I2kHiChBhwgtYbUSlIrSa0n4SioJ/UoqKf4o4JeLystV4tShVBQwVtkBVDeNrKd" +
        "BW1kOwvacDlrdxq/LPx6cOkFPbj0gh5ceu1Ou0Ms5xa3oXmSyJEoRuRKlCLyJMoRByUqEYckahCH3YYV8mYli0IIA+EgAkSCKLAQRIMYsAjEgjiwGCwBS0Ey" +
        "SAGpIA1sAptBOsgAmSALfAOywRaQA3JBHmgDZ0E76ACd4BzoAt2gB/SC8+ACuAgugcvgCihwRwGd51cHg9QruArcGsztb1WyMaJABNAoRWm4lsnDp1TDlWnK" +
        "6wY5i8mZS85iclaRMwH/aPknImJsoejyt0JAKLBXchSI4E0rt3gVW0oRtW57+UaBCKDERW7DNUD2AbIPkL0Sj0o86vDIVy17WSt7WSuVlFEHNuO2GbfNuC2R" +
        "W4q9y3S0OSPdhvMTw7pPR2po4mE6UkO+W3RkI1nilCULsdQWlZZzm2m4w35pOMN/adS5styG5z3DWWkarWb82yV6Ugg/Wim8WU/wOGgQPgufWGINixasWOGn" +
        "aYJrs/CzXcTtA5XEHRBefUPirMToQ4Ljddmbsk4C5/DsQ11H3ULdFkb2o+4RF+YnFS5YUaiFwq9TUZkgC2QLv79PjgdgGXHLhZGFqK1gGygS5kd/YjhjPjHO" +
        "jfs2oMRqe77uk6RA1yFwBBwFx8AJ0ARawCnwLTgDzgpWJ6oL9AgjrwiOK5+sCXT1ofpQN1E3UXdQd1D3UPekXq2Sem59YFLgy9mCKwfkgQKwFRSBYlAKdoLd" +
        "oBzsFaz9qCpwQBh5RHAcCVRFDagG1AnUCVQzqhl1CnVK6tV0SrlC8Cq4BvoE3wdCZLJ1YLXDcN44ZBrO2vVSB5KEo98qWLhOOJchrCt3DOFooYJH06QWZksd" +
        "IHhrn9B7UYh8KJTHKXXHUuHOMmFpihB2XAlrTwotZ4XWbmF3tBLOpwrXtuKyXnE304WIRpw7hRyK2rBLqN+h4IUzwqFYBTuXCzVays7mcKmN8ULtbgUTDwvn" +
        "qej+OeEwlUdtlCpOo97Nwv4a4dgJIZ46ui8JoSH4UdtpcGWtUJiL2i707xTirsnvYZ+QfE+oWai4iHThIe1rTBDOFND6MqHtjjBAoe3UUUveCgb2do7QjF97" +
        "ibCCcTl5SljaKuT109L7Qt0W+TXQ3NhQWkXrD4J1N4QyWnCNFtzELyRROMJo2OM8QFtKmbxu/Ux3Lt8jLGTEr55nhBjiezSonHHJKhcW43ywRbhTK6TSjH1M" +
        "fGs+g3OZ/jJb31DyjiYF8zdKRZNjgHrPRSqYXI2ijlzmsjeVbLQ59ChtuStciaBblHKENXSTDlZkCtdZSBeZwco6CmWmv2Gwc7JZJduExN3CYbCWbFWs2Nss" +
        "lfYNLOBdTCgrMWS/sIZJTmNMa9qFmF5m4bpwg6G7wsykk+1yjJCWzPJhLhM3kY3id2exvFmsFcu8Pa+hfTcZsHtV9JKBKGOmb3YJnXT6bo532HfsZLYY+0LG" +
        "vreHVrE/qqh82ybhFovhAMtsdb4Qy3zk0shtDE4JqWf3KhhFySdThMuUXM7KSarzTvfhDhrJ9rtPZ+7TmcXs1WhGKJcFEkOP7rE1rh8R9rI/1rHFY2hVC1N2" +
        "4Srj12/PuXJcYvJyGck7FJCdTJXswfMs1m8YulgGYn8FS6reu8KiaHMWg7iUWT1nr/GDNJLKM1kH51g0UdTbfoEBGxCOMMRnwUF63k4p5azTHTRyPUXV08vV" +
        "TGM/B0AaLk0l7H1WRCLdqqNpPZwHdTfZprdY/Ky6PRwFScxl8yql7mE4t0exlGnpQpDO1B5jKTeSI5Jx3sAwbWMQd9LfgxwyhxiN2BXCMXLsYZj26CR0n9RO" +
        "8bmhrrpbWfLfsCJqOVp2sYpbwTmwlPltZM7LqGi3VoTPcp05Pne0wtwlTN4DHVqeKwXMJcgsZL1wBLVymhXT81yWSjcr4pC9y5jfTnCUUVvP0Ry1hdEAe9jE" +
        "mZw5nczHZbCSddXD5C1hz/SBI+z9dtbVMjodyWzdZgzWnOZQYDNdZjNlc6SlMoPLOEbK6FYNOADqQSP4Fiymv0vAHk6uUGZmz23vRozhrNsL+lgHkWyNS8zg" +
        "3Qgvmjh44jnvVzHsocxgKTjGeRq9RtjOYWQPXQeD8zBP2Mkqvsn2uxzp0cpRUe50jrkipqeHUQthECttRVw149e/2Tt+J75h0aDaAfPr3Mog7ueoOg7atzGw" +
        "24UGFkML6OX4z2FrNDPEhxni6Efj3FbhHext7K39nJjrDlAAaGQCWEOD19ha0AjucszZ5669dU+xK+q+9U7KhjbvzGRcoYNMT9457yK8xkRFscV3gvUcFBsv" +
        "elfnKXAD1HLK7wEHmdWCRxN1jxPuVL93ysoeTVQDW+gKt9DdJcJe5ihqhXeiyjkxWdTOugTvvNk306UE7wwuSvTOYAkbrI8ZTOIAuMXpeH+Ld0Lt7XIqzzu1" +
        "sfne+V2+3fsuqa331XCCE93C+nma8hA1tBTUbNIKqC8Vjj0Q9pUpwxLlijFbhm8b7tM3vHj4C73D9w539g6vGO6sueXca1O6XklCCdg13HkUNIBj4Dg4ARoF" +
        "n2ZUCzgJToHTJLSCNoJnUR2oTlQXqhv0gF5wfrDQUmorp5RynMuHrw5ISnHtSHG51tqfcZvtT5SjINWVkepyFNqfEt/qdFdZusuhT1O6q9WnNMu1I8vl0Cc/" +
        "y+XSZ3eW646zJNuVl61Y+9P/VFGhK7/QdajNpynVfS7V7Wwe/JxJdV8e/FwZ/Fwd/Fwb/PSluvPM0jTbdcfgZ2eanWPX4EehK4MhfUKTPLvZfiVgL0gN00S1" +
        "bTCHTrOdIIx7pt++bFK8J9wRsCFIGyDOd+i8Ow46wW2wbpESSuXRTWgxm7mOqETUJvvpxJG/Jc27/c+kDdPhgArn8D+jrDsRVaAP3AYJnw2dCt+dr/b5EMkh" +
        "G5XufUzVpHsP3pPgOngAHj6JLSvVpqts1lreVmdAxyrFXUBdA1FcdRt4epSgDoAekErcLRDPuXQMdICIbC/ssyobbAUVYFWu9yZIRB1F3djivfQuc5wdziMO" +
        "LOaIi0UVogrAFvvayFIj+1C3QRRn3xqQap+CIDNHLufBxa0cXZyMGaCZYBfq8pfa07JoDsyyRziwVZn2cd82F3vfTtfB6u1KeIiK4sY6xsGaigqdrXXz6Cbb" +
        "U0rTQedOSuKR0oW6bP9kAPfBWd5j7SDvT5ofRCZvxt2gF7QrPnyfct6XyOcw3wq2A/vHxfJqLZsBVEGV7xBCuaNS7baB6j9r6s4p/uQ+nTTtRF0AHYpfw61w" +
        "CDSBuyCUS2LHHK3hOUOX8vFDyl2NOsBlcbDCe4vYqv/RVVIINoE80ProGrd/jsVzvawF34ICXjbHQT0v17hG1bEbdZ+4HlQ4d1EnuNak1FQupEqCWSB3rgaJ" +
        "qAGwntf1bdTFuUPvhotgUZtydvCCuMMLooarLOnrofdEtERnsEaRfZcAQrjb1pGWw4+cloVP3HwpoBUcA/s412tURj9vvUjQUO99plzqUeIS1EbiVjaYg3dA" +
        "BSLtGO9WkMmvvrRL8j2FWv0X1cLVmnFNUcdRhxXVh9jY5L1yd4LFN+URu0PoRx1u5mV3V6qc5+wh0E3cKu7nspPel5N9XfeCOyCSF+qGfmXbRjCPd9VlsHXB" +
        "0IVeDY4+kMddfC9zv7cO0LmHQhU/i0rbvHf+WrDqf7Q6EQ/AbZDDU3czJ2Alr4KOCC3FdbyfsxdKZXZ6Hwn1IDpOcSE8FxJA0RIFV8YL/bweYnnVb/mrikOU" +
        "/HXQqnlTnO7xvi4i7V9XYO3/ak3yzNi+WiWUoZYneYZ+eW5kb8Xz9EjZqLgSsD9ZuP9/akaI9yFyPUVRfSApVdgKNvAu2fgI9lvFvtpjr9i/qBiHUPungpwP" +
        "81PG/rluv2Q6SEjf4hl6la7JkaoE9lP8AsgL875Pa8ERcL9QLhlFXlzmPRQWwSAWK1jFy6gGZBAXwuOigQd9ciQbCtUBQng3RZUrtQMVGsUc84wK49FbCbYR" +
        "l7lfLtWghWBLJRPAS6usSiqB3439D70Pr5M1ikurFdoIZtYxwqgzXTyA2EaFbKjwMF5L0ZSCKiqiuUfkXARWsKHWdXvPsAiwgZf0BXIs4xd9LFgPtnLvFdgK" +
        "7AZdYFejZ+jn/3qegx0ghzdhGmo3qnuh9xl/jLhaggfBabC9WQVcOCmcaBGyF7Gq+CF7HaxaRI5uJXSitrRKfYvLWVBwhmE/SwEE6x/9gdMNekHWYt6YYAmP" +
        "1PbF3udqJrgAovivqimWQlGh/M67S7AN1QG6L6qOJn6gtoKiOOYDtVNPh9xrSuzqY8EvZnpB8qOXrv3IPcF/bJl36R+/WvaCtTx8b4O8ASVExGsm6vjjaRe4" +
        "utaujHNpvfeB3BCr++cSWMkvwWtgGX+g5S5R3FpUCS/nps38yQTuE7ybISRk8kdWovxi+UclYQX/NGXbLVBcF8F9vLULuRjTeHBXpiphzSbh8kquFdDG+3tR" +
        "puIKE9hzWcOGnuM2ssD2bMW188N16ypuD369ZvAHXwUYAIcT+Qdp+7ChB/wefsY/KCUhibMcdO8guFcudwhGVkgt2S8sqxR28pu/cQ2XKGoARPKqXwpWgZ0g" +
        "5OAwY8ARYj3XZZpGj2k6Tw9+jWbTdEmbtYNxfIfp6xoMunG/KtPXobBDX/O06eBrFzFUnOnVvdLnn/yO6DJXOlxdplatvJx4DZVktA5qH2kfKh9KM71pnUOl" +
        "DjON4aYxwjSeMo2RpvE903jaNJ4xjWdNc5RpPGcaz5vGaIfxgsN40TTGOIzBchzGs/52B8aZxnjT+P5rxljTeNk0/u5RjGm8Yho/sOujB67H6z9tPmP8/R+t" +
        "LtPpbbKKdSrJ8ZjLD40fjjeezGV/HUPj8WhcvD1+LPy3X+VLMa3vIofpO0Z1O3y77AFnDP9ZBb/hnQyl/YQmM39PPdmuR1+HtzHerjsecxjq8xuG+xnD43qs" +
        "HTPtmNcU86atZj9G3TBDyteYZhr//UdbzzI94l8RM+Qw0vn5l+bXtljwgap52Z4OrNn8DyNUFYVJR5iWM8x0ou32evi8Jbc/G26H6ZkqVe+jBhe5Tc94w6Mf" +
        "SJ7hatNBFkb84AoZbPNpr3jX8DyvKXdKvuZ6clU5zCd7bQ6tRrX/acPzj97eawL+3fT8wnCPMD0TDXcSA+YwhjbJd6veYZk+cndLuhRd/WjArccngB3QODSh" +
        "2lg/9O6WzqG4k9/tmsdWwlEfu5mDe8VhF+Vj1/PkmjEfNebhC2rkEo1O4PguM9tlF9s5tL81SGab+Znpe+ICrj6eLvMVFfgbmc5kz48Mz2plfPmZLvPnWicK" +
        "fmK4nzI8V+1ODnWKVW/ZK7/L/DfDo7veU6DJeCnMorfWYG8Pu+XZgfsqhnfFU/Z0d5k/tttsl+NjeNK9XShzqXcRlLzGnpHHd4e69S9/szv0K8DzT4bne4bn" +
        "54bHNNy/lv9rpuctw/2B4RlmuD+3Y/ULyy3H35gsyTFqnEst0ZNZi9v9okr61PbSU4PP/xmeebaYa3h0+aHCtep8DLd+InumGZ5RhmeKWuw0POEOe0Eq1LJG" +
        "8/C6St7hMa0cHchm9Y/NZqbJZbRrlTSbHrcGzDW4zsarjwl0bddYZXE8rZVpDQ4rmznKocAdxuhN+Z0droGcxVFouP8f";
}
