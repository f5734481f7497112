using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Keys of data protection in the database: forms and sign-ins under way outlive a server that is killed, and several servers share them.</summary>
internal sealed class StoredKeys(IDbContextFactory<AccountsContext> contexts) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var context = contexts.CreateDbContext();
        return [.. context.Keys.AsNoTracking().Select(k => k.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var context = contexts.CreateDbContext();
        context.Keys.Add(new StoredKey { Id = friendlyName is { Length: > 0 } ? friendlyName : Guid.NewGuid().ToString(), Xml = element.ToString(SaveOptions.DisableFormatting) });
        context.SaveChanges();
    }
}
