using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A GGUF model in one file or, as llama.cpp's llama-gguf-split leaves it, in several (<c>NAME-00001-of-00003.gguf</c>), of which the
/// first has the metadata. All are opened and checked at once: a missing one is found before the work starts.
/// </summary>
internal sealed partial class GgufParts : ITensorSource
{
    private const int MostParts = 1000;
    private const string CountKey = "split.count";
    private const string NumberKey = "split.no";

    private readonly List<GgufFile> _parts = [];
    private readonly Dictionary<string, GgufFile> _holders = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The file that holds the metadata.</summary>
    public GgufFile First => _parts[0];

    public GgufMetadata Metadata => First.Metadata;

    public string Path => First.Path;

    public IReadOnlyList<string> Files => [.. _parts.Select(p => p.Path)];

    public IReadOnlyList<string> Names => _names;

    /// <param name="path">The only file, or the first of several.</param>
    public static GgufParts Open(string path)
    {
        var parts = new GgufParts();
        try
        {
            parts.Add(GgufFile.Open(path));
            var count = parts.Metadata.Integer(CountKey, 0, MostParts) ?? 0;
            for (var number = 1; number < count; number++) parts.Add(parts.OpenPart(number, (int)count));
            if (count > 1 && parts.Metadata.Integer("split.tensors.count", 0, int.MaxValue) is { } tensors && tensors != parts._names.Count)
                throw parts.Metadata.Error("split.tensors.count", $"{tensors} tensors are announced, but the {count} parts hold {parts._names.Count}.", "Download the parts again.");
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file's name is that of a part other than the first.</summary>
    public static bool IsLaterPart(string name) => PartName().Match(name) is { Success: true } match && match.Groups["number"].Value != "00001";

    public bool Contains(string name) => _holders.ContainsKey(name);

    public TensorInfo Info(string name) => Holder(name).Info(name);

    public void Read(string name, Span<float> destination, long start = 0) => Holder(name).Read(name, destination, start);

    public void ReadDouble(string name, Span<double> destination, long start = 0) => Holder(name).ReadDouble(name, destination, start);

    public void ReadBytes(string name, Span<byte> destination, long offset = 0) => Holder(name).ReadBytes(name, destination, offset);

    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    private void Add(GgufFile part)
    {
        _parts.Add(part);
        foreach (var name in part.Names)
        {
            if (!_holders.TryAdd(name, part)) throw new UserError($"the tensor is in {_holders[name].Path} too.", part.Path, field: name);
            _names.Add(name);
        }
    }

    private GgufFile OpenPart(int number, int count)
    {
        if (PartName().Match(System.IO.Path.GetFileName(Path)) is not { Success: true } match || match.Groups["count"].Value != Digits(count))
            throw Metadata.Error(CountKey, $"the file is one of {count} parts of a model, which its name does not say.", $"Parts are called NAME-00001-of-{Digits(count)}.gguf.");
        if (match.Groups["number"].Value != Digits(1)) throw Metadata.Error(NumberKey, $"the file is part {match.Groups["number"].Value} of {count} of a model.", $"Name the first, {match.Groups["name"].Value}-00001-of-{Digits(count)}.gguf, beside which the others must lie.");
        var name = $"{match.Groups["name"].Value}-{Digits(number + 1)}-of-{Digits(count)}.gguf";
        var file = GgufFile.Open(ModelFolder.Find(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, name)
            ?? throw Metadata.Error(CountKey, $"the part {name} is missing.", "Download it into the same folder."));
        if (file.Metadata.Integer(NumberKey, 0, MostParts) == number && file.Metadata.Integer(CountKey, 0, MostParts) == count) return file;
        file.Dispose();
        throw new UserError($"is not part {number + 1} of {count}, as its name says.", file.Path, field: NumberKey, advice: "Download the parts again.");
    }

    private static string Digits(int number) => number.ToString("00000", CultureInfo.InvariantCulture);

    private GgufFile Holder(string name) => _holders.TryGetValue(name, out var part) ? part : throw new UserError("the file has no tensor of this name.", Path, field: name, advice: "Is it a whole model?");

    [GeneratedRegex(@"^(?<name>.+)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PartName();
}
