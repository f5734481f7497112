using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A checkpoint cut into several safetensors files, with <c>model.safetensors.index.json</c> whose <c>weight_map</c> says for each
/// tensor which file holds it. All files are opened and checked at once: a missing one is found before the work starts.
/// </summary>
internal sealed class ShardedSafetensors : ITensorSource
{
    private const int LargestIndex = 32 << 20;
    private const int MostFiles = 2000;

    private readonly Dictionary<string, SafetensorsFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> _holders = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private ShardedSafetensors(string index) => Path = index;

    public string Path { get; }

    public IReadOnlyList<string> Files => [.. _files.Values.Select(f => f.Path)];

    public IReadOnlyList<string> Names => _names;

    /// <param name="folder">Where index and files are.</param>
    /// <param name="index">Path of the index.</param>
    public static ShardedSafetensors Open(string folder, string index)
    {
        var source = new ShardedSafetensors(index);
        try
        {
            source.ReadIndex(folder);
            return source;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            source.Dispose();
            throw new UserError($"the index is not valid JSON: {problem.Message}", index, inner: problem);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public bool Contains(string name) => _holders.ContainsKey(name);

    public TensorInfo Info(string name) => Holder(name).Info(name);

    public void Read(string name, Span<float> destination, long start = 0) => Holder(name).Read(name, destination, start);

    public void ReadDouble(string name, Span<double> destination, long start = 0) => Holder(name).ReadDouble(name, destination, start);

    public void ReadBytes(string name, Span<byte> destination, long offset = 0) => Holder(name).ReadBytes(name, destination, offset);

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private void ReadIndex(string folder)
    {
        var reader = new Utf8JsonReader(ModelFolder.ReadText(Path, LargestIndex).Span);
        var found = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new UserError("the index must be an object.", Path);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("weight_map"u8))
            {
                reader.Skip();
                continue;
            }

            if (found) throw new UserError("occurs twice.", Path, field: "weight_map");
            found = true;
            ReadMap(ref reader, folder);
        }

        if (reader.Read()) throw new UserError("something follows the object.", Path);
        if (!found) throw new UserError("is missing: the index must say which file holds each tensor.", Path, field: "weight_map");
    }

    private void ReadMap(ref Utf8JsonReader reader, string folder)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new UserError("must be an object.", Path, field: "weight_map");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var tensor = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw new UserError("must name a file (in weight_map).", Path, field: tensor);
            var file = OpenFile(folder, reader.GetString()!, tensor);
            if (!file.Contains(tensor)) throw new UserError($"the index says that {System.IO.Path.GetFileName(file.Path)} holds this tensor, but it does not.", Path, field: tensor);
            if (!_holders.TryAdd(tensor, file)) throw new UserError("occurs twice in weight_map.", Path, field: tensor);
            _names.Add(tensor);
        }
    }

    private SafetensorsFile OpenFile(string folder, string name, string tensor)
    {
        if (_files.TryGetValue(name, out var file)) return file;
        if (_files.Count == MostFiles) throw new UserError($"names more than {MostFiles} files.", Path, field: "weight_map");
        WeightSource.RefusePickle(name);
        var path = ModelFolder.Find(folder, name, (Path, tensor))
            ?? throw new UserError($"the file {name}, which should hold this tensor, is missing.", Path, field: tensor, advice: "Download it into the same folder.");
        return _files[name] = SafetensorsFile.Open(path);
    }

    private SafetensorsFile Holder(string name) => _holders.TryGetValue(name, out var file)
        ? file
        : throw new UserError("no file of the checkpoint has a tensor of this name.", Path, field: name);
}
