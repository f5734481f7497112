using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>Golden values of Hugging Face tokenizers 0.23.3, for every kind in the folder of fixtures.</summary>
public sealed class TokenizerVectorTests
{
    public static TheoryData<string> Kinds =>
        [.. Directory.GetDirectories(SharedFolder.Path("fixtures", "tokenizers")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ids_offsets_and_text_equal_those_of_the_reference_library(string kind)
    {
        var tokenizer = Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", kind));
        var count = 0;
        var failures = new List<string>();
        foreach (var vector in Lines(SharedFolder.Path("fixtures", "tokenizers", kind, "vectors.jsonl")))
        {
            count++;
            var text = vector.GetProperty("text").GetString()!;
            var special = Ints(vector, "ids_special");
            var (ids, offsets) = tokenizer.EncodeWithOffsets(text);
            Compare("ids", string.Join(' ', Ints(vector, "ids")), string.Join(' ', tokenizer.Encode(text)));
            Compare("ids with offsets", string.Join(' ', Ints(vector, "ids")), string.Join(' ', ids));
            Compare("ids_special", string.Join(' ', special), string.Join(' ', tokenizer.Encode(text, addSpecialTokens: true)));
            Compare("offsets", string.Join(' ', vector.GetProperty("offsets").EnumerateArray().Select(o => $"({o[0]}, {o[1]})")), string.Join(' ', offsets));
            Compare("decode", vector.GetProperty("decode").GetString()!, tokenizer.Decode(special, skipSpecial: false));
            Compare("decode_skip_special", vector.GetProperty("decode_skip_special").GetString()!, tokenizer.Decode(special, skipSpecial: true));

            void Compare(string what, string expected, string actual)
            {
                if (expected != actual) failures.Add($"{what} of {JsonSerializer.Serialize(text)}:\n  expected {expected}\n  actual   {actual}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {count} vectors");
        failures.ShouldBeEmpty($"{failures.Count} differences\n{string.Join('\n', failures.Take(5))}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Streams_show_the_same_pieces(string kind)
    {
        var tokenizer = Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", kind));
        var count = 0;
        foreach (var stream in Lines(SharedFolder.Path("fixtures", "tokenizers", kind, "streams.jsonl")))
        {
            count++;
            var ids = Ints(stream, "ids");
            tokenizer.Decode(ids, skipSpecial: true).ShouldBe(stream.GetProperty("text").GetString());
            if (stream.GetProperty("kind").GetString() == "random_ids")
            {
                tokenizer.Decode(ids, skipSpecial: false).ShouldBe(stream.GetProperty("text_with_special").GetString());
                continue;
            }

            var decoder = tokenizer.StreamDecoder();
            ids.Select(decoder.Push).ShouldBe(stream.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()!));
            if (stream.GetProperty("rest").GetString() is { } rest) decoder.Finish().ShouldBe(rest);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {count} streams");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_tokenizer_reads_back_the_same_and_saves_to_the_same_bytes(string kind)
    {
        var first = Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", kind));
        var json = first.ToJson();
        var second = Tokenizer.FromJson(json);
        second.ToJson().ShouldBe(json);
        second.VocabularySize.ShouldBe(first.VocabularySize);
        foreach (var vector in Lines(SharedFolder.Path("fixtures", "tokenizers", kind, "vectors.jsonl")).Take(50))
            second.Encode(vector.GetProperty("text").GetString()!, addSpecialTokens: true).ShouldBe(Ints(vector, "ids_special"));
    }

    internal static IEnumerable<JsonElement> Lines(string path) =>
        File.ReadAllText(path).Split('\n').Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);

    internal static int[] Ints(JsonElement vector, string name) => vector.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();
}
