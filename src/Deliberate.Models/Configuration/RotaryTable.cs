namespace Deliberate.Models;

/// <summary>
/// Cosines and sines of the rotate-half form: position p turns the pair (x[i], x[i + D/2]) of a head by p · f[i], D being the
/// rotated dimensions. f is computed as transformers 5 does (modeling_rope_utils.py), but in double; cos and sin are rounded once
/// at the end. Tables are [positions, D/2], multiplied by the attention factor (1 but for YaRN).
/// </summary>
internal static class RotaryTable
{
    /// <summary>f [D/2] in radians a position, and the factor by which cos and sin are multiplied.</summary>
    public static double[] InverseFrequencies(ModelConfiguration configuration, out double attentionFactor) => InverseFrequencies(configuration.Rope, configuration.RotaryDimensions, out attentionFactor);

    /// <summary>Fills cos and sin [D/2] of a position: a row of the tables, which are too long to be held in double as a whole.</summary>
    /// <param name="frequencies">f [D/2].</param>
    /// <param name="factor">That cos and sin are multiplied by.</param>
    public static void Fill(int position, ReadOnlySpan<double> frequencies, double factor, Span<double> cosines, Span<double> sines)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            var angle = position * frequencies[i];
            cosines[i] = Math.Cos(angle) * factor;
            sines[i] = Math.Sin(angle) * factor;
        }
    }

    /// <summary>The same of a rotation with D rotated dimensions.</summary>
    public static double[] InverseFrequencies(RopeSettings rope, int dimensions, out double attentionFactor)
    {
        var frequencies = new double[dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(rope.Theta, -2.0 * i / dimensions);

        attentionFactor = 1;
        switch (rope.Kind)
        {
            case RopeKind.Linear:
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= rope.Factor;
                break;
            case RopeKind.Llama3:
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Llama3(frequencies[i], rope);
                break;
            case RopeKind.Yarn:
                Yarn(frequencies, rope, dimensions);
                attentionFactor = YarnAttentionFactor(rope);
                break;
            case RopeKind.Divisors:
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= rope.Divisors[i];
                break;
        }

        return frequencies;
    }

    private static double Llama3(double frequency, RopeSettings rope)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > rope.OriginalPositions / rope.LowFrequencyFactor) return frequency / rope.Factor;
        if (wavelength < rope.OriginalPositions / rope.HighFrequencyFactor) return frequency;
        var kept = ((rope.OriginalPositions / wavelength) - rope.LowFrequencyFactor) / (rope.HighFrequencyFactor - rope.LowFrequencyFactor);
        return ((1 - kept) * frequency / rope.Factor) + (kept * frequency);
    }

    private static void Yarn(double[] frequencies, RopeSettings rope, int dimensions)
    {
        var low = Dimension(rope.BetaFast);
        var high = Dimension(rope.BetaSlow);
        if (rope.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, dimensions - 1);
        if (low == high) high += 0.001;
        for (var i = 0; i < frequencies.Length; i++)
        {
            var divided = Math.Clamp((i - low) / (high - low), 0, 1);
            frequencies[i] = (frequencies[i] / rope.Factor * divided) + (frequencies[i] * (1 - divided));
        }

        // The dimension that turns so often over the original context.
        double Dimension(double turns) => dimensions * Math.Log(rope.OriginalPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));
    }

    private static double YarnAttentionFactor(RopeSettings rope)
    {
        if (rope.AttentionFactor is { } given) return given;
        return rope is { MScale: { } scale and not 0, MScaleAllDimensions: { } all and not 0 } ? Scale(scale) / Scale(all) : Scale(1);

        double Scale(double by) => rope.Factor <= 1 ? 1 : (0.1 * by * Math.Log(rope.Factor)) + 1;
    }
}
