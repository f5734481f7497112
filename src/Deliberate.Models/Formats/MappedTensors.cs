using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The tensors of one mapped file, once its header has been read and checked: a directory from names to places, and the
/// reading of elements. What <see cref="SafetensorsFile"/> and <see cref="GgufFile"/> share.
/// </summary>
internal abstract class MappedTensors : ITensorSource
{
    /// <summary>Elements converted at a time: a multiple of every block, small enough for spans of bytes.</summary>
    private const int Piece = 1 << 20;

    private delegate void Conversion<T>(StoredType type, ReadOnlySpan<byte> stored, Span<T> elements);

    private readonly MappedFile _file;
    private readonly Dictionary<string, Place> _places;
    private readonly string[] _names;

    private protected MappedTensors(MappedFile file, IReadOnlyList<Place> places)
    {
        _file = file;
        _places = new Dictionary<string, Place>(places.Count, StringComparer.Ordinal);
        _names = new string[places.Count];
        for (var i = 0; i < _names.Length; i++)
        {
            _names[i] = places[i].Info.Name;
            if (!_places.TryAdd(_names[i], places[i])) throw new UserError("the file holds two tensors of this name.", file.Path, field: _names[i]);
        }
    }

    public string Path => _file.Path;

    public IReadOnlyList<string> Files => [Path];

    public IReadOnlyList<string> Names => _names;

    private protected MappedFile File => _file;

    public bool Contains(string name) => _places.ContainsKey(name);

    public TensorInfo Info(string name) => Find(name).Info;

    public void Read(string name, Span<float> destination, long start = 0) => Read(name, destination, start, Elements.ToSingle);

    public void ReadDouble(string name, Span<double> destination, long start = 0) => Read(name, destination, start, Elements.ToDouble);

    public void ReadBytes(string name, Span<byte> destination, long offset = 0)
    {
        var place = Find(name);
        if (offset < 0 || offset > place.Info.ByteCount - destination.Length) throw new ArgumentOutOfRangeException(nameof(offset), $"{name} has {place.Info.ByteCount} bytes");
        _file.Bytes(place.Offset + offset, destination.Length).CopyTo(destination);
    }

    private void Read<T>(string name, Span<T> destination, long start, Conversion<T> convert)
    {
        var place = Find(name);
        CheckRange(place.Info, start, destination.Length);
        for (var done = 0; done < destination.Length; done += Piece)
        {
            var piece = destination.Slice(done, Math.Min(Piece, destination.Length - done));
            convert(place.Info.Type, Stored(place, start + done, piece.Length), piece);
        }
    }

    public virtual void Dispose() => _file.Dispose();

    private ReadOnlySpan<byte> Stored(in Place place, long start, int count) =>
        _file.Bytes(place.Offset + place.Info.Type.Bytes(start), (int)place.Info.Type.Bytes(count));

    private Place Find(string name) => _places.TryGetValue(name, out var place)
        ? place
        : throw new UserError("the file has no tensor of this name.", Path, field: name, advice: "Is it a whole checkpoint of the architecture that its configuration names?");

    private static void CheckRange(TensorInfo info, long start, int count)
    {
        var block = info.Type.BlockElements();
        if (start < 0 || start > info.Count - count || start % block != 0 || count % block != 0)
            throw new ArgumentOutOfRangeException(nameof(start), $"elements {start} to {start + count} of {info.Name}, which has {info.Count} in blocks of {block}");
    }

    /// <summary>A tensor and the byte of the file at which it starts.</summary>
    internal readonly record struct Place(TensorInfo Info, long Offset);
}
