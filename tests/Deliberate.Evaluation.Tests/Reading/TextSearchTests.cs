using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Evaluation.Tests;

/// <summary>What is found in a record's bytes is what reading its JSON finds, whatever stands in texts and names.</summary>
public sealed class TextSearchTests
{
    private static readonly string[] Pieces = ["pass", "Pass", "verdict", "outcome", "role", "\"", "\\", ":", ",", "\n", "true", "e", "1", "é", "\":\"", "{\"a\":1}", " ", "x", "n"];

    private static readonly string[] Names = ["verdict", "outcome", "reason", "role", "a", "pass", "kind", "o\"x", "true"];

    private static readonly string[] Unsearched = ["outcome", "role", "finish_reason", "kind", "thought_opened_by"];

    [Fact]
    public void Bytes_and_JSON_agree()
    {
        var random = new Random(11);
        string Some() => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        var (found, missed) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Record(random, Some);
            var text = Some();
            if (text.Length == 0) continue;
            var expected = Holds(bytes, text);
            new TextSearch(text).IsIn(bytes).ShouldBe(expected, $"\"{text}\" in {Encoding.UTF8.GetString(bytes)}");
            if (expected) found++;
            else missed++;
        }

        found.ShouldBeGreaterThan(500);
        missed.ShouldBeGreaterThan(1000);
    }

    private static byte[] Record(Random random, Func<string> text)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartObject();
            for (var i = 0; i < 4; i++)
            {
                json.WritePropertyName(Names[random.Next(Names.Length)]);
                switch (random.Next(5))
                {
                    case 0:
                        json.WriteNumberValue(random.Next(20) - 1.5);
                        break;
                    case 1:
                        json.WriteBooleanValue(random.Next(2) == 0);
                        break;
                    case 2:
                        json.WriteStartArray();
                        for (var k = random.Next(3); k > 0; k--) json.WriteStringValue(text());
                        json.WriteEndArray();
                        break;
                    default:
                        json.WriteStringValue(text());
                        break;
                }
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static bool Holds(byte[] record, string text)
    {
        var name = "";
        var json = new Utf8JsonReader(record);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName) name = json.GetString()!;
            else if (json.TokenType == JsonTokenType.String && json.GetString()!.Contains(text, StringComparison.OrdinalIgnoreCase) && !Unsearched.Contains(name)) return true;
        }

        return false;
    }
}
