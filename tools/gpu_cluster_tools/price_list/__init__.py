"""Current prices from the AWS Price List, as a price file and compared with the catalog."""
