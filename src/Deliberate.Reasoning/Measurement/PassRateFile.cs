using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How often a model solved each problem, as JSON Lines that grow while it is measured: first what decided the numbers, then a line a
/// problem. Whoever is stopped goes on where it was; a line that was cut short is measured again.
/// </summary>
internal sealed class PassRateFile
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _path;
    private readonly Dictionary<string, PassRate> _known = new(StringComparer.Ordinal);

    private PassRateFile(string path) => _path = path;

    /// <summary>By prompt, but for spaces and case.</summary>
    public IReadOnlyDictionary<string, PassRate> Known => _known;

    /// <summary>Opens or begins a file.</summary>
    /// <exception cref="UserError">It was measured otherwise.</exception>
    public static PassRateFile Open(string path, PassRateConditions conditions)
    {
        var file = new PassRateFile(path);
        if (!File.Exists(path))
        {
            AtomicFile.WriteText(path, JsonSerializer.Serialize(conditions, s_json) + "\n");
            return file;
        }

        var lines = File.ReadAllText(path).Split('\n');
        PassRateConditions? there;
        try
        {
            there = JsonSerializer.Deserialize<PassRateConditions>(lines[0], s_json);
        }
        catch (JsonException error)
        {
            throw new UserError("the file does not hold pass rates.", path, 1, advice: "Delete it, or name another output.", inner: error);
        }

        if (there != conditions) throw new UserError("the pass rates were measured with another model or in another way.", path, 1, advice: "Measure in the same way, delete the file, or name another output.");
        // The last line ends without a break where writing it was cut short.
        foreach (var line in lines[1..^1])
            if (Read(line) is { } rate) file._known[rate.Problem] = rate;
        if (lines[^1].Length > 0) AtomicFile.WriteText(path, string.Concat(lines[..^1].Select(l => l + "\n")));
        return file;
    }

    public void Append(IEnumerable<PassRate> rates)
    {
        var text = new StringBuilder();
        foreach (var rate in rates)
        {
            _known[rate.Problem] = rate;
            text.Append(JsonSerializer.Serialize(rate, s_json)).Append('\n');
        }

        try
        {
            File.AppendAllText(_path, text.ToString());
        }
        catch (Exception problem) when (Disk.IsRefusal(problem))
        {
            throw Disk.CannotWrite(_path, "What is there is whole; free some space, then try again.", problem);
        }
    }

    private static PassRate? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<PassRate>(line, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Of how many samples of a problem how many were right; those that nobody could judge are not among them.</summary>
internal sealed record PassRate(string Problem, int Right, int Samples)
{
    /// <summary>The unbiased estimate of pass@k; null where there are fewer than k samples.</summary>
    public double? PassAt(int k) => Samples < k ? null : PassAtK.Of(Samples, Right, k);
}

/// <summary>What pass rates depend on.</summary>
/// <param name="Model">Its identity.</param>
internal sealed record PassRateConditions(string Model, string Grader, int Samples, double Temperature, int MaxTokens, ulong Seed)
{
    public int FormatVersion { get; init; } = 1;
}
