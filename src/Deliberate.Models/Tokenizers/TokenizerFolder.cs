using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The tokenizer of a model folder: tokenizer.json; else tokenizer.model, a SentencePiece model or a vocabulary of tiktoken; else a
/// .tiktoken file. What those do not hold (special tokens that were added, whether texts begin with one) is in
/// tokenizer_config.json and added_tokens.json.
/// </summary>
internal static class TokenizerFolder
{
    private const string JsonFile = "tokenizer.json";
    private const string PieceFile = "tokenizer.model";
    private const int LargestFile = 64 << 20;
    private const int LargestJson = 16 << 20;

    public static Tokenizer Load(string folder, out string file)
    {
        file = ModelFolder.Find(folder, JsonFile) ?? ModelFolder.Find(folder, PieceFile) ?? Tiktoken(folder)
            ?? throw new UserError("has no tokenizer.json.", folder, advice: "Folders with vocab.json alone are converted, in Python, by AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER).");
        return LoadFile(file);
    }

    /// <param name="path">A tokenizer.json, a SentencePiece model or a vocabulary of tiktoken.</param>
    public static Tokenizer LoadFile(string path)
    {
        var bytes = ModelFolder.ReadSmall(path, LargestFile);
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Tokenizer.FromJson(bytes, path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        JsonField? settings = ModelFolder.Find(folder, TokenizerConfiguration.FileName) is { } config ? JsonField.Read(config) : null;
        var added = Added(folder, settings);
        if (TiktokenFile.Is(bytes)) return TiktokenFile.Read(bytes, path, added, settings?["bos_token"].Token(ignored: null));
        if (!path.EndsWith(".model", StringComparison.OrdinalIgnoreCase)) return Tokenizer.FromJson(bytes, path);
        var model = SentencePieceFile.Read(bytes, path);
        model = model with
        {
            // What Llama, Mistral and Gemma do where the file says nothing; before transformers wrote "legacy", all was so.
            BeginId = settings?["add_bos_token"].Flag(true) == false ? null : model.BeginId,
            EndId = settings?["add_eos_token"].Flag(false) == true ? model.EndId : null,
            PrefixesOnlyFirst = settings?["legacy"].Flag(true) == false,
            Added = [.. added.Where(token => token.Id >= model.Pieces.Count || model.Pieces[token.Id].Text == token.Content)],
        };
        return model.ToTokenizer(path, "pieces");
    }

    private static string? Tiktoken(string folder)
    {
        var files = Directory.GetFiles(folder, "*.tiktoken");
        return files.Length == 1 ? ModelFolder.Find(folder, Path.GetFileName(files[0])) : null;
    }

    private static List<AddedToken> Added(string folder, JsonField? settings)
    {
        var tokens = new SortedDictionary<int, AddedToken>();
        if (settings?["added_tokens_decoder"].OptionalObject() is { } listed)
        {
            foreach (var (id, token) in listed.Members())
            {
                if (!int.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number > TokenVocabulary.LargestId) throw token.Error($"\"{id}\" is not the id of a token.");
                tokens[number] = new AddedToken(
                    number, token["content"].Text(), token["special"].Flag(), token["normalized"].Flag(), token["single_word"].Flag(), token["lstrip"].Flag(), token["rstrip"].Flag());
            }
        }

        if (ModelFolder.Find(folder, "added_tokens.json") is { } file)
        {
            var root = JsonField.Parse(ModelFolder.ReadText(file, LargestJson), file, root => new JsonField(root.Clone(), "", file));
            foreach (var (content, id) in root.Object().Members()) tokens.TryAdd(id.Int(0, TokenVocabulary.LargestId), new AddedToken(id.Int(), content, Special: false));
        }

        return [.. tokens.Values];
    }
}
