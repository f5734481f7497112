namespace Deliberate.Core;

/// <summary>
/// A stream of random numbers that is a pure function of its key (seed, stage, step, problem, sample, attempt) and a position.
/// The six coordinates are hashed by Philox itself into a 64-bit key and the upper half of the counter, so results do not
/// depend on scheduling: any thread, in any order, after any restart, draws the same values.
/// A value type: copies advance on their own.
/// </summary>
public struct RandomStream
{
    private readonly uint _k0, _k1, _c2, _c3;
    private ulong _position, _first;

    /// <param name="seed">The run's seed.</param>
    /// <param name="stage">What the numbers are for; see <see cref="StreamStage"/>.</param>
    /// <param name="step">Optimizer step or epoch.</param>
    /// <param name="problem">Index of the problem.</param>
    /// <param name="sample">Index of the sample of that problem.</param>
    /// <param name="attempt">Retry number.</param>
    public RandomStream(ulong seed, StreamStage stage, long step = 0, long problem = 0, long sample = 0, long attempt = 0)
    {
        // A chain of blocks, each keyed by the one before: coordinates cannot cancel each other out.
        var a = Philox4x32.Block((uint)seed, (uint)(seed >> 32), (uint)stage, (uint)attempt, 0x64656C69, 0x62657261);
        var b = Philox4x32.Block((uint)step, (uint)(step >> 32), (uint)problem, (uint)(problem >> 32), a.X0, a.X1);
        var c = Philox4x32.Block((uint)sample, (uint)(sample >> 32), a.X2 ^ b.X2, a.X3 ^ b.X3, b.X0, b.X1);
        (_k0, _k1, _c2, _c3) = c;
        (_position, _first) = (0, 0);
    }

    /// <summary>The stream that a <see cref="Key"/> is of.</summary>
    internal RandomStream(string key)
    {
        uint Part(int at) => uint.Parse(key.AsSpan(8 * at, 8), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        (_k0, _k1, _c2, _c3) = (Part(0), Part(1), Part(2), Part(3));
        (_position, _first) = (0, ((ulong)Part(4) << 32) | Part(5));
    }

    /// <summary>The uniform number in [0, 1) that belongs to a position, 53 bits, whatever was drawn before.</summary>
    public readonly double UniformAt(ulong position)
    {
        position += _first;
        var (x0, x1, _, _) = Philox4x32.Block((uint)position, (uint)(position >> 32), _c2, _c3, _k0, _k1);
        return ((((ulong)x0 << 32) | x1) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The same stream from a later position on, which is its first: where what was drawn before is read and not drawn again.</summary>
    public readonly RandomStream From(ulong position)
    {
        var later = this;
        later._first += position;
        later._position = 0;
        return later;
    }

    /// <summary>A seed for an engine that has streams of its own: 63 bits of the key and of the position.</summary>
    internal readonly long Seed => (long)((((ulong)_k0 << 32) | _k1) ^ (((ulong)_c2 << 32) | _c3) ^ ((_first + _position) * 0x9E3779B97F4A7C15UL)) & long.MaxValue;

    /// <summary>The stream as text, from its position on.</summary>
    internal readonly string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_k0:x8}{_k1:x8}{_c2:x8}{_c3:x8}{_first + _position:x16}");

    /// <summary>The next uniform number in [0, 1).</summary>
    public double NextDouble() => UniformAt(_position++);

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var position = _position++ + _first;
        var (x0, x1, _, _) = Philox4x32.Block((uint)position, (uint)(position >> 32), _c2, _c3, _k0, _k1);
        return ((ulong)x0 << 32) | x1;
    }

    /// <summary>A whole number in [0, bound). The bias of the multiplication is below bound / 2^64.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A whole number in [low, high), high excluded.</summary>
    public int Next(int low, int high) => low + Next(high - low);

    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>A normal deviate with mean 0 and variance 1 (Box and Muller; the second one is not used).</summary>
    public double NextNormal()
    {
        var u = 1 - NextDouble();
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Fisher and Yates.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>One of the items, each as likely as another.</summary>
    public T Pick<T>(ReadOnlySpan<T> items) => items[Next(items.Length)];
}

/// <summary>What a stream is for: streams of two stages never meet. Values are part of the checkpoint format; add at the end.</summary>
public enum StreamStage
{
    Weights = 1,
    Corpus = 2,
    TrainProblems = 3,
    TestProblems = 4,
    Shuffle = 5,
    Sampling = 6,
    Evaluation = 7,
    Bootstrap = 8,
    Test = 9,

    /// <summary>Samples of expert iteration.</summary>
    ExpertSampling = 10,

    /// <summary>Order in which expert iteration imitates what it kept.</summary>
    ExpertShuffle = 11,

    /// <summary>Order of the user's examples in a pass.</summary>
    DataOrder = 12,

    /// <summary>Prompt transforms of evaluations.</summary>
    PromptTransforms = 13,

    /// <summary>Items of generated evaluations.</summary>
    GeneratedItems = 14,

    /// <summary>Steps and solutions of a search at test time.</summary>
    Search = 15,

    /// <summary>Replies of a judge that is a model of ours.</summary>
    Judging = 16,

    /// <summary>Answers with a specification in context, and the choice among them.</summary>
    Alignment = 17,

    /// <summary>Choices of attacks: candidates of a search, branches of a tree.</summary>
    Attacks = 18,

    /// <summary>Which samples of a step the distance from the reference policy is measured on.</summary>
    ReferenceDistance = 19,

    /// <summary>Which solutions are labelled, where any would do.</summary>
    Selection = 30,
}
