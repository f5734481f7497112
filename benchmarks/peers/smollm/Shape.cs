/// <summary>The shapes of SmolLM2: grouped key heads, tied embeddings.</summary>
sealed record Shape(int Width, int Inner, int Layers, int Heads, int KeyHeads)
{
    public int Vocabulary => 49152;

    /// <summary>Width of a head.</summary>
    public int Size => Width / Heads;

    public static Shape Named(string name) => name switch
    {
        "135M" => new(576, 1536, 30, 9, 3),
        "360M" => new(960, 2560, 32, 15, 5),
        _ => throw new ArgumentException("135M or 360M"),
    };
}
