using System.Text;

namespace Deliberate.Models.Tests;

/// <summary>Just enough of GGUF version 3 to fetch tokens, merges and types for tests of the tokenizer.</summary>
internal static class GgufStrings
{
    public static Dictionary<string, object> Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        reader.ReadUInt32().ShouldBe(0x46554747u);
        reader.ReadUInt32();
        reader.ReadUInt64();
        var values = new Dictionary<string, object>();
        for (var left = reader.ReadUInt64(); left > 0; left--)
        {
            var key = Text(reader);
            values.Add(key, Value(reader, reader.ReadUInt32()));
        }

        return values;
    }

    public static Tokenizer Tokenizer(string path, string? preTokenizer = null)
    {
        var values = Read(path);
        return Models.Tokenizer.FromVocabulary(
            Array.ConvertAll((object[])values["tokenizer.ggml.tokens"], item => (string)item),
            Array.ConvertAll((object[])values["tokenizer.ggml.merges"], item => (string)item),
            Array.ConvertAll((object[])values["tokenizer.ggml.token_type"], Convert.ToInt32),
            preTokenizer ?? (string)values["tokenizer.ggml.pre"], file: path);
    }

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() != 0,
        8 => Text(reader),
        9 => Items(reader, reader.ReadUInt32()),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        _ => reader.ReadDouble(),
    };

    private static object[] Items(BinaryReader reader, uint type)
    {
        var items = new object[reader.ReadUInt64()];
        for (var i = 0; i < items.Length; i++) items[i] = Value(reader, type);
        return items;
    }
}
