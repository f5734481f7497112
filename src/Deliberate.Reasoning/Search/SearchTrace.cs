using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>
/// A search as a line of JSON: the tree with every step's text, tokens and score, the rounds with what each kept, and the choice. Enough to
/// draw it, and to see why it chose.
/// </summary>
internal static class SearchTrace
{
    public const int FormatVersion = 1;

    public static byte[] Line(string method, string settings, SearchTree tree)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version"u8, FormatVersion);
            json.WriteString("method"u8, method);
            json.WriteString("settings"u8, settings);
            json.WriteString("problem"u8, tree.Problem.Id);
            json.WriteString("prompt"u8, tree.Problem.Prompt);
            json.WriteNumber("policy_tokens"u8, tree.PolicyTokens);
            json.WriteNumber("scorer_tokens"u8, tree.ScorerTokens);
            json.WriteString("answer"u8, tree.Answer);
            json.WriteString("selected"u8, tree.Selected?.Id);
            json.WriteStartArray("nodes"u8);
            foreach (var node in Nodes(tree.Root)) Write(json, node);
            json.WriteEndArray();
            json.WriteStartArray("rounds"u8);
            foreach (var round in tree.Rounds)
            {
                json.WriteStartObject();
                json.WriteStartArray("candidates"u8);
                foreach (var (node, score) in round.Candidates)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(node.Id);
                    json.WriteNumberValue(score);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                json.WriteStartArray("kept"u8);
                foreach (var node in round.Kept) json.WriteStringValue(node.Id);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>All nodes but the root, parents before their children.</summary>
    public static IEnumerable<SearchNode> Nodes(SearchNode root)
    {
        var waiting = new Stack<SearchNode>(root.Children.Reverse());
        while (waiting.TryPop(out var node))
        {
            yield return node;
            for (var i = node.Children.Count - 1; i >= 0; i--) waiting.Push(node.Children[i]);
        }
    }

    private static void Write(Utf8JsonWriter json, SearchNode node)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, node.Id);
        json.WriteString("text"u8, node.Step.Text);
        json.WriteNumber("tokens"u8, node.Step.Tokens.Length);
        if (double.IsFinite(node.Score)) json.WriteNumber("score"u8, node.Score);
        if (node.Visits > 0)
        {
            json.WriteNumber("visits"u8, node.Visits);
            json.WriteNumber("mean_value"u8, node.MeanValue);
        }

        if (node.IsEnd) json.WriteString("answer"u8, node.Answer);
        json.WriteEndObject();
    }
}
